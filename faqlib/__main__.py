"""The command ``faqlib``, and ``python -m faqlib``."""

import signal
import sys


def main() -> None:
    """Load the command, and run it. Ctrl-C ends it in one sentence also while it loads.

    When it has ended there is nothing left to stop, though Python still tidies up for a moment.
    """
    try:
        from faqlib.cli import main as command

        try:
            command(prog_name="faqlib")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        sys.stderr.write("faqlib: stopped.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
