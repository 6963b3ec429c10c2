"""Where the files lie that the server reads: in a checkout at its root, in a wheel inside."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
DEMO_SITES = ("exosomes", "family-practice")


def find(name: str) -> Path:
    """The path of ``static/…`` or ``examples/…``.

    Raises:
        FileNotFoundError: when the installation is incomplete.
    """
    # An installed copy first: beside site-packages there may be an unrelated `static`.
    for root in (HERE, HERE.parent):
        if (path := root / name).exists():
            return path
    raise FileNotFoundError(f"{name} is missing from this installation: install faqlib again.")
