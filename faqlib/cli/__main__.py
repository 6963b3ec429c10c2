"""``python -m faqlib.cli`` is the ``faqlib`` command."""

from faqlib.cli import main

main(prog_name="faqlib")
