"""Signs of life on stderr, where a person looks at it and it takes long enough to wonder."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

Item = TypeVar("Item")
PATIENCE = 0.7  # seconds before anything is shown
_CLEAR = "\r\x1b[K"


def progress(items: Iterable[Item], label: str, length: int) -> Iterator[Item]:
    """The items one by one: with a bar if there are several, with the time if there is one."""
    if not sys.stderr.isatty():
        yield from items
    elif length < 2:
        with waiting(label):
            yield from items
    else:
        with click.progressbar(items, length=length, label=label, file=sys.stderr) as bar:
            yield from bar


@contextmanager
def waiting(label: str) -> Iterator[None]:
    """Show how long something takes of which nobody knows how far it is."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(label, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(label: str, done: threading.Event) -> None:
    start = time.monotonic()
    shown = False
    while not done.wait(PATIENCE):
        seconds = time.monotonic() - start
        click.echo(f"{_CLEAR}{label} … {seconds:.0f} s", err=True, nl=False)
        shown = True
    if shown:
        click.echo(_CLEAR, err=True, nl=False)
