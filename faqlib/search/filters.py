"""Which entries a search may find."""

from __future__ import annotations

from dataclasses import dataclass

from faqlib.model import Entry
from faqlib.search.analysis import language


@dataclass(frozen=True, slots=True)
class Filter:
    """Lets entries pass that have all of what is named; two that say the same are equal.

    Attributes:
        category: its category.
        tags: tags that it has, among others.
        lang: its primary language.
        tag: its language tag, letter by letter.
    """

    category: str | None = None
    tags: frozenset[str] = frozenset()
    lang: str | None = None
    tag: str | None = None

    def accepts(self, entry: Entry) -> bool:
        """Whether an entry passes."""
        return (
            (self.category is None or entry.category == self.category)
            and self.tags.issubset(entry.tags)
            and (self.lang is None or language(entry.lang) == self.lang)
            and (self.tag is None or entry.lang == self.tag)
        )
