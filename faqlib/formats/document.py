"""What the readers hand over, and what an import gets to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from faqlib.errors import ImportFormatError, Problem
from faqlib.markup import render_html, render_text
from faqlib.model import Entry, SetAside

#: What pages and documents say, which know no other field.
WRITTEN = frozenset({"question", "answer", "category"})

#: Why the lines between a page's head and its first question are set aside.
ABOVE = "stands above the first question"
LONGEST_CATEGORY = 200  # characters, as the schema has it


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
        fields: what such a file can say of an entry besides its id; ``None`` for all there is.
        plain: whether it says answers without their markup.
        names_lang: whether it names a language for any entry.
    """

    entries: tuple[Entry, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    title: str = ""
    subtitle: str = ""
    intro: str = ""
    site: Mapping[str, Any] | None = None
    warnings: tuple[Problem, ...] = ()
    fields: frozenset[str] | None = None
    plain: bool = False
    names_lang: bool = False

    def over(self, stored: Callable[[str], Entry | None], lang: str) -> tuple[Entry, ...]:
        """The entries as they are to be stored: what the file can not say stays as it is.

        Args:
            stored: gives the entry that has an id now, if any.
            lang: that of new entries where the file names none.
        """
        if self.fields is None and self.names_lang:
            return self.entries
        return tuple([self._over(entry, stored(entry.id), lang) for entry in self.entries])

    def _over(self, entry: Entry, old: Entry | None, lang: str) -> Entry:
        spoken = entry.lang if self.names_lang else lang if old is None else old.lang
        if old is None or self.fields is None:
            return entry if entry.lang == spoken else entry.replace(lang=spoken)
        said = {name: getattr(entry, name) for name in self.fields - {"lang"}}
        if "lang" in self.fields:
            said["lang"] = spoken
        if self.fields is WRITTEN and not entry.category:
            del said["category"]  # most pages know none
        if self.fields is WRITTEN and self._shows_alike(entry.answer, old.answer):
            del said["answer"]
        return old.replace(**said)

    def _shows_alike(self, new: str, old: str) -> bool:
        """Whether two answers are the same to who reads such a file."""
        shown = render_html(old)
        if not self.plain:
            return render_html(new) == shown
        one, other = render_text(new), render_text(old)
        # The rows of a table are lines in plain text, which can be read as paragraphs.
        return one.split() == other.split() if "<table>" in shown else one == other


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
    intro: list[str] = field(default_factory=list)
    site: Mapping[str, Any] | None = None
    fields: frozenset[str] | None = None
    plain: bool = False
    names_lang: bool = False


def unreadable(message: str, name: str, line: int | None = None) -> ImportFormatError:
    """The error for a file that gives nothing to go on with."""
    return ImportFormatError([Problem(message, name, line)])
