"""Every exception the library raises, in one tree.

::

    FAQError
    ├── EntryNotFound (also a KeyError)
    ├── EntryExists
    ├── SiteNotFound (also a KeyError)
    ├── TooManyEntries
    ├── InvalidData (also a ValueError)
    │   └── ImportFormatError
    ├── ModelUnavailable
    ├── StoreError
    │   ├── StoreUnavailable
    │   ├── DamagedEntry
    │   └── EditConflict
    └── MissingExtra (also an ImportError)

A message names the fix; the attributes carry the facts that a program can act on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the data, and where.

    ``line`` counts from 1 and is ``None`` where the place is not known; ``entry`` is an
    entry's id, question or ordinal, as far as it could be read; ``field`` is the field's name.
    A ``"warning"`` is worth a look but does not stop an import.
    """

    message: str
    file: str = ""
    line: int | None = None
    entry: str = ""
    field: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        kind = "warning" if self.severity == "warning" else ""
        what = ", ".join(part for part in (self.entry, self.field) if part)
        return ": ".join(part for part in (place, kind, what, self.message) if part)


class FAQError(Exception):
    """The root: catch this to catch all that the library raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # By its parts: __init__ makes the message of facts, and is not to make it of a message.
        return type(self).__new__, (type(self), *self.args), vars(self)


class EntryNotFound(FAQError, KeyError):
    """No entry of the site has this id, or not this version. Carries ``entry_id`` and ``site``."""

    def __init__(self, entry_id: str, site: str = "", version: int | None = None) -> None:
        self.entry_id = entry_id
        self.site = site
        where = f" in site {site!r}" if site else ""
        super().__init__(
            f"There is no entry with the id {entry_id!r}{where}."
            if version is None
            else f"The entry {entry_id!r}{where} has no version {version} that could be restored: "
            "its history lists them."
        )

    __str__ = Exception.__str__  # KeyError would show the repr of the message


class EntryExists(FAQError):
    """The id is taken. Carries ``entry_id``."""

    def __init__(self, entry_id: str) -> None:
        self.entry_id = entry_id
        super().__init__(
            f"An entry with the id {entry_id!r} is there already: "
            "change it with update(), or give the new one an id of its own."
        )


class SiteNotFound(FAQError, KeyError):
    """The store holds no site with this id. Carries ``site``."""

    def __init__(self, site: str) -> None:
        self.site = site
        super().__init__(f"There is no site with the id {site!r}.")

    __str__ = Exception.__str__


class TooManyEntries(FAQError):
    """A site would hold more entries than it may. Carries ``site`` and ``most``."""

    def __init__(self, site: str, most: int) -> None:
        self.site = site
        self.most = most
        super().__init__(
            f"The site {site!r} holds at most {most:,} entries: delete some that are not needed."
        )


class InvalidData(FAQError, ValueError):
    """Data from outside breaks the rules. Carries ``problems``, never empty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ImportFormatError(InvalidData):
    """A file cannot be read as a FAQ. Carries ``problems`` with file and line."""


class ModelUnavailable(FAQError):
    """A sentence model is not there, damaged, or not the one that was recorded."""


class StoreError(FAQError):
    """The root of what can go wrong between the library and its database."""


class StoreUnavailable(StoreError):
    """The database cannot be opened, is full, locked, read-only or gone."""


class DamagedEntry(StoreError):
    """A stored row does not match its digest. Carries ``entry_id`` and ``site``."""

    def __init__(self, entry_id: str, site: str) -> None:
        self.entry_id = entry_id
        self.site = site
        super().__init__(
            f"The stored entry {entry_id!r} of site {site!r} does not match its digest: the "
            "database file is damaged. Restore it from a backup."
        )


class EditConflict(StoreError):
    """What is edited changed since it was read. Carries ``entry_id``, empty for site settings."""

    def __init__(self, entry_id: str = "") -> None:
        self.entry_id = entry_id
        what = f"The entry {entry_id!r} was" if entry_id else "The settings of the site were"
        super().__init__(
            f"{what} changed by somebody else since the edit began: read again, and repeat the "
            "edit on what is there now."
        )


class MissingExtra(FAQError, ImportError):
    """An optional part is not installed. Carries ``extra``."""

    def __init__(self, extra: str, need: str) -> None:
        self.extra = extra
        super().__init__(f"{need} needs an optional part: pip install 'faqlib[{extra}]'.")
