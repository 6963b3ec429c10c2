"""What the readers hand over, and what an import gets to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from faqlib.errors import ImportFormatError, Problem
from faqlib.model import Entry, SetAside


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read.

    Attributes:
        entries: in the order of the file.
        set_aside: pieces that became no part of an entry, each with its line and the reason.
        title: the heading above the first question, where there is one.
        subtitle: the line below that heading.
        intro: what else stands before the first question.
        site: the settings a file carries next to its entries, as plain data.
        warnings: what is worth a look but did not stop the reading.
    """

    entries: tuple[Entry, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    title: str = ""
    subtitle: str = ""
    intro: str = ""
    site: Mapping[str, Any] | None = None
    warnings: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Raw:
    """One entry's fields as they stand in the file, not checked yet.

    ``typed`` says that numbers and lists have types of their own there (JSON): a text in the
    place of a list is then a mistake; elsewhere it is how people write.
    """

    data: dict[str, Any]
    line: int | None = None
    typed: bool = False


@dataclass(slots=True)
class Draft:
    """What a reader found in one file, before the schema has seen it."""

    raws: list[Raw] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    title: str = ""
    subtitle: str = ""
    intro: str = ""
    site: Mapping[str, Any] | None = None


def unreadable(message: str, name: str, line: int | None = None) -> ImportFormatError:
    """The error for a file that gives nothing to go on with."""
    return ImportFormatError([Problem(message, name, line)])
