"""The command ``widget-server``, and ``python -m widget_server``."""

import signal
import sys


def main() -> None:
    """Load the command, and run it. Ctrl-C ends it in one sentence also while it loads.

    When it has ended there is nothing left to stop, though Python still tidies up for a moment.
    """
    try:
        from widget_server.cli import main as command

        try:
            command(prog_name="widget-server")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        sys.stderr.write("widget-server: stopped.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
