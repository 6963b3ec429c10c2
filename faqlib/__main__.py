"""The command ``faqlib``, and ``python -m faqlib``."""

import sys


def main() -> None:
    """Load the command, and run it. Ctrl-C ends it in one sentence also while it loads."""
    try:
        from faqlib.cli import main as command

        command(prog_name="faqlib")
    except KeyboardInterrupt:
        sys.stderr.write("faqlib: stopped.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
