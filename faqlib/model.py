"""The FAQ's nouns: plain frozen dataclasses that hold data and import nothing but errors.

Outside data comes in through :mod:`faqlib.schema`; here nothing is checked beyond types that
can be put right without guessing (a list becomes a tuple, an ISO date a ``date``).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal, overload

Status = Literal["draft", "published", "archived"]
STATUSES: tuple[Status, ...] = ("draft", "published", "archived")
SLUG_LENGTH = 80

# The languages that are written from right to left, by ISO 639-1 code.
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def direction(lang: str) -> Literal["ltr", "rtl"]:
    """``"rtl"`` for languages written from right to left, ``"ltr"`` for all others."""
    return "rtl" if lang.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def slug(text: str) -> str:
    """An id from a question: lower-case words of any script, joined by ``-``.

    At most 80 characters, cut between words. A text without a letter or digit gives ``entry-``
    and a hash of it, so that the id is never empty.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[^\W_]+", re.sub(r"['’]", "", folded))
    joined = "-".join(words)
    if len(joined) > SLUG_LENGTH:
        joined = joined[: SLUG_LENGTH + 1].rpartition("-")[0] or joined[:SLUG_LENGTH]
    return joined or "entry-" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact of an answer comes from."""

    title: str
    url: str = ""


def _as_date(name: str, value: str | datetime) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise ValueError(f"{name} takes a date such as 2026-05-31, not {value!r}.") from None


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with its answer.

    Attributes:
        question: what is asked, one line of plain text (1-500 characters).
        answer: Markdown, up to 50,000 characters.
        id: unique in its site; a slug of the question unless given.
        category: the heading it is listed under; empty for none.
        tags: further words it is found by and can be filtered by.
        aliases: other ways to ask the same; searched like the question.
        lang: BCP 47 language tag of question and answer.
        status: only ``"published"`` entries are found or served to the public.
        position: order within the category, ascending; equal positions keep insertion order.
        pinned: listed, and ranked among equals, first.
        reviewed_by: who checked the answer.
        last_reviewed: when it was checked.
        review_due: when it has to be checked again.
        sources: where its facts come from.
        notice: a caution that is shown with the answer.
        updated_at: when the store last changed it (UTC); no part of equality.
    """

    question: str
    answer: str = ""
    id: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    lang: str = "en"
    status: Status = "published"
    position: int = 0
    pinned: bool = False
    reviewed_by: str = ""
    last_reviewed: date | None = None
    review_due: date | None = None
    sources: tuple[Source, ...] = ()
    notice: str = ""
    updated_at: datetime | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not self.id:
            if not isinstance(self.question, str):
                raise TypeError(f"question takes a text, not {self.question!r}.")
            put(self, "id", slug(self.question))
        # Most entries that are made were read from a store, and have what they should.
        if type(self.tags) is not tuple:
            put(self, "tags", _as_tuple("tags", self.tags))
        if type(self.aliases) is not tuple:
            put(self, "aliases", _as_tuple("aliases", self.aliases))
        if self.sources or type(self.sources) is not tuple:
            put(self, "sources", tuple(_as_source(item) for item in self.sources))
        if isinstance(self.last_reviewed, (str, datetime)):
            put(self, "last_reviewed", _as_date("last_reviewed", self.last_reviewed))
        if isinstance(self.review_due, (str, datetime)):
            put(self, "review_due", _as_date("review_due", self.review_due))

    def replace(self, **changes: Any) -> Entry:
        """A copy with ``changes`` made. The id stays, even if the question changes."""
        return dataclasses.replace(self, **changes)

    @property
    def digest(self) -> str:
        """A sha256 (hex) of everything but ``updated_at``: equal entries, equal digests."""
        return _digest(self)


@dataclass(frozen=True, slots=True)
class Site:
    """One clinic's FAQ and how its widget looks and speaks.

    Attributes:
        id: ``[a-z0-9-]``, 1-64 characters; stands in addresses.
        name: the clinic's or the FAQ's name.
        lang: the language of the site's own texts, and of entries that name none.
        url: the clinic's website, where its name links to.
        origins: the exact origins that may read the API from a page; empty means any.
        categories: the order in which categories are listed; others follow.
        contact: ``phone``, ``email``, ``url``, ``label``: offered when there is no answer.
        notice: a caution that stands with every answer that has none of its own.
        urgent_terms: words that bring up ``urgent_text`` above all results.
        urgent_text: what to do in an emergency.
        texts: replacements for interface texts by key (``title``, ``intro``, ...).
        theme: custom properties of the widget by name (``accent``, ``radius``, ...).
        synonyms: groups of words or phrases that mean the same on this site.
        accept_questions: whether visitors may leave a question for the clinic.
        count_searches: whether redacted searches are counted.
        webhook: an https address that receives questions that visitors leave.
    """

    id: str = "default"
    name: str = ""
    lang: str = "en"
    url: str = ""
    origins: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    urgent_terms: tuple[str, ...] = ()
    urgent_text: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    theme: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[tuple[str, ...], ...] = ()
    accept_questions: bool = False
    count_searches: bool = False
    webhook: str = ""

    def __post_init__(self) -> None:
        put = object.__setattr__
        for name in ("origins", "categories", "urgent_terms"):
            put(self, name, _as_tuple(name, getattr(self, name)))
        put(self, "synonyms", tuple(tuple(group) for group in self.synonyms))
        for name in ("contact", "texts", "theme"):
            put(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        # Nothing can copy or pickle the read-only view of a dictionary.
        values = (getattr(self, item.name) for item in dataclasses.fields(self))
        return Site, tuple(dict(v) if isinstance(v, Mapping) else v for v in values)

    def __hash__(self) -> int:
        return hash(self.digest)

    def replace(self, **changes: Any) -> Site:
        """A copy with ``changes`` made."""
        return dataclasses.replace(self, **changes)

    @property
    def digest(self) -> str:
        """A sha256 (hex) of all settings."""
        return _digest(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a hit was found: one signal and what it added.

    ``kind`` is ``"term"``, ``"prefix"``, ``"typo"``, ``"synonym"``, ``"phrase"``, ``"similarity"``
    (of word vectors), ``"embedding"`` (of sentences) or ``"pinned"``; ``query`` is the visitor's
    word, ``matched`` the FAQ's, ``field`` where it stands, ``weight`` its share of the score.
    """

    kind: str
    query: str = ""
    matched: str = ""
    field: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True, init=False)
class Hit:
    """An entry that was found.

    ``score`` is above 0 and comparable within one result only; ``snippet`` is safe HTML, the
    passage of the answer that fits best with ``<mark>`` around what matched; ``reasons`` is
    filled when the search was asked to explain itself.
    """

    entry: Entry
    score: float
    snippet: str = ""
    reasons: tuple[Reason, ...] = ()

    def __init__(
        self, entry: Entry, score: float, snippet: str = "", reasons: tuple[Reason, ...] = ()
    ) -> None:
        # As dataclass would write it, and a third faster: every search makes ten.
        _set_entry(self, entry)
        _set_score(self, score)
        _set_snippet(self, snippet)
        _set_reasons(self, reasons)


def _setters(kind: type) -> list[Any]:
    """What puts a value into each field of a frozen dataclass that has slots."""
    return [getattr(kind, field.name).__set__ for field in dataclasses.fields(kind)]


_set_entry, _set_score, _set_snippet, _set_reasons = _setters(Hit)


@dataclass(frozen=True, slots=True, init=False)
class Results(Sequence[Hit]):
    """What a search found, best first: a sequence of :class:`Hit`.

    ``confidence`` (0.0-1.0) is the calibrated probability that the first hit answers the query,
    ``answered`` whether it reaches the threshold, ``suggestion`` a "did you mean" or ``None``.
    """

    query: str
    hits: tuple[Hit, ...] = ()
    confidence: float = 0.0
    answered: bool = False
    suggestion: str | None = None

    def __init__(
        self,
        query: str,
        hits: tuple[Hit, ...] = (),
        confidence: float = 0.0,
        answered: bool = False,
        suggestion: str | None = None,
    ) -> None:
        # As dataclass would write it, in less than half the time.
        _set_query(self, query)
        _set_hits(self, hits)
        _set_confidence(self, confidence)
        _set_answered(self, answered)
        _set_suggestion(self, suggestion)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)


_set_query, _set_hits, _set_confidence, _set_answered, _set_suggestion = _setters(Results)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which state of a site was seen: ``revision`` counts its changes, ``nonce`` is random.

    The nonce is new with every write, so that a database restored from an older backup, whose
    revision comes round again, can not be taken for the state that was seen before.
    """

    revision: int = 0
    nonce: str = ""

    def __str__(self) -> str:
        """``revision-nonce``: one word that is fit for an ETag or an address."""
        return f"{self.revision}-{self.nonce}" if self.nonce else str(self.revision)


@dataclass(frozen=True, slots=True)
class Version:
    """A state that an entry once had.

    ``number`` counts from 1 for each entry; ``entry`` is ``None`` where it was deleted; ``at``
    is UTC; ``actor`` says who did it, where known; ``action`` is ``"add"``, ``"update"``,
    ``"delete"``, ``"import"`` or ``"restore"``.
    """

    number: int
    entry: Entry | None
    at: datetime
    actor: str = ""
    action: str = "update"


@dataclass(frozen=True, slots=True)
class SetAside:
    """A piece of an imported file that became no part of an entry, and why."""

    text: str
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: ids by what became of them."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()

    @property
    def total(self) -> int:
        """How many entries were read."""
        return len(self.new) + len(self.changed) + len(self.unchanged)

    def __str__(self) -> str:
        """Three lines at most before those of what was set aside."""
        lines = [
            f"{self.total} {'entry' if self.total == 1 else 'entries'}: {len(self.new)} new, "
            f"{len(self.changed)} changed, {len(self.unchanged)} unchanged; "
            f"{len(self.set_aside)} {'line' if len(self.set_aside) == 1 else 'lines'} set aside"
        ]
        lines += [
            f"  line {aside.line or '?'}: {aside.text!r} ({aside.reason})"
            for aside in self.set_aside
        ]
        return "\n".join(lines)


def _as_tuple(name: str, value: Sequence[str]) -> tuple[str, ...]:
    if isinstance(value, str):  # tuple("abc") would quietly give three tags
        raise TypeError(f"{name} takes a list of texts, not one text: write [{value!r}].")
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} takes a list of texts, not {value!r}.")
    return tuple(value)


def _as_source(item: Source | Mapping[str, str]) -> Source:
    try:
        return item if isinstance(item, Source) else Source(**item)
    except TypeError:
        message = f"sources takes each as Source(title, url), or a mapping of these, not {item!r}."
        raise TypeError(message) from None


def _digest(record: Entry | Site) -> str:
    plain = {
        item.name: _plain(getattr(record, item.name))
        for item in dataclasses.fields(record)
        if item.name != "updated_at"
    }
    text = json.dumps(plain, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Source):
        return [value.title, value.url]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
