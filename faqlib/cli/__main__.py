"""``python -m faqlib.cli`` is the ``faqlib`` command."""

from faqlib.__main__ import main

main()
