"""The command ``widget-server``, and ``python -m widget_server``."""

import sys


def main() -> None:
    """Load the command, and run it. Ctrl-C ends it in one sentence also while it loads."""
    try:
        from widget_server.cli import main as command

        command(prog_name="widget-server")
    except KeyboardInterrupt:
        sys.stderr.write("widget-server: stopped.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
