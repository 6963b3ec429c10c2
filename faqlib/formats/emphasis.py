"""Bold, italic and struck text in one line of Markdown, with marks that work where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

BREAK = "\\\n"
_MARKS = ("**", "~~", "*")
_PLAIN: frozenset[str] = frozenset()


class Run(NamedTuple):
    """A piece of Markdown that nothing has to look into, and the marks that go around it."""

    text: str
    marks: frozenset[str] = _PLAIN


def joined(runs: Iterable[Run]) -> str:
    """The runs in a row: what is marked alike is marked together, if it is in parts too.

    Each line has its own marks, as none work across paragraphs. Marks that would show, because
    of the characters around them or of other marks, are left out.
    """
    return _written([part for run in runs for part in _lines(run)])


def _lines(run: Run) -> Iterable[Run]:
    if BREAK not in run.text:
        return (run,)
    parts = re.split(r"(\\\n)", run.text)
    return [Run(part, _PLAIN if part == BREAK else run.marks) for part in parts]


def _written(runs: list[Run], before: str = "", after: str = "", *, nested: bool = False) -> str:
    """``before`` and ``after`` are the characters around the runs, but for marks of theirs."""
    runs = [run for run in runs if run.text]
    text, at = "", 0
    while at < len(runs):
        mark, end = _longest(runs, at)
        part = runs[at].text
        if mark:
            left = text[-1:] or before
            right = runs[end].text[0] if end < len(runs) else after
            inside = [Run(run.text, run.marks - {mark}) for run in runs[at:end]]
            part = _written(inside, left, right, nested=True)
            part = _around(part, mark, left, right, nested=nested)
        if part.startswith("[") and text.endswith("!"):
            text = text[:-1] + "\\!"  # or the link would be an image
        text += part
        at = end
    return text


def _longest(runs: list[Run], at: int) -> tuple[str, int]:
    """The mark that lasts longest from here, and where it ends."""
    ends = dict.fromkeys(_MARKS, at)
    for mark in _MARKS:
        while ends[mark] < len(runs) and mark in runs[ends[mark]].marks:
            ends[mark] += 1
    mark = max(_MARKS, key=lambda mark: ends[mark])
    return (mark, ends[mark]) if ends[mark] > at else ("", at + 1)


def _around(text: str, mark: str, before: str, after: str, *, nested: bool) -> str:
    """The mark right at the text, if it works there: with blanks inside it would not."""
    body = text.strip()
    start = text.index(body)
    lead, tail = text[:start], text[start + len(body) :]
    before, after = lead[-1:] or before, tail[:1] or after
    first, last = body.lstrip(mark[0])[:1], body.rstrip(mark[0])[-1:]
    works = body and before != mark[0] and _flanks(before, first) and _flanks(after, last)
    if nested and works:  # what could close as well would close the mark around it
        works = _is_word(first) and not _is_word(before)
    return f"{lead}{mark}{body}{mark}{tail}" if works else text


def _flanks(outside: str, inside: str) -> bool:
    """Whether a mark works that has these characters on its two sides."""
    return _is_word(inside) or not _is_word(outside)


def _is_word(char: str) -> bool:
    blank = not char or char.isspace()
    return not blank and unicodedata.category(char)[0] not in "PS"
