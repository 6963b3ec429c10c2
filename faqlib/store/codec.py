"""How a row is written and sealed: JSON text, and a digest over everything that stands in it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from faqlib.errors import StoreUnavailable
from faqlib.model import Entry, Site, Source

_Record = TypeVar("_Record", Entry, Site)

# Sums of digests are taken modulo this: 256 bits, written as 64 hex digits.
_MODULUS = 1 << 256
NO_ROWS = "0" * 64

_ENTRY_FIELDS = tuple(
    item.name for item in dataclasses.fields(Entry) if item.name not in ("id", "updated_at")
)
_SITE_FIELDS = tuple(item.name for item in dataclasses.fields(Site) if item.name != "id")


def seal(*parts: object) -> str:
    """A sha256 (hex) of ``parts``. No text holds a NUL, so it can stand between them."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def is_text(name: str) -> bool:
    """Whether a database can hold ``name``: no NUL is in it, and no half of a surrogate pair."""
    try:
        return b"\0" not in name.encode()
    except (UnicodeEncodeError, AttributeError):  # half a pair, or no text at all
        return False


def add_seals(total: str, *, added: Iterable[str] = (), removed: Iterable[str] = ()) -> str:
    """The sum of a set of digests after rows came and went.

    A sum says of all rows together what a digest says of one: that none is missing, doubled or
    older than it should be.
    """
    number = int(total, 16) + sum(int(digest, 16) for digest in added)
    number -= sum(int(digest, 16) for digest in removed)
    return f"{number % _MODULUS:064x}"


def entry_text(entry: Entry) -> str:
    """All fields of ``entry`` but its id and ``updated_at``, as JSON."""
    return _text({name: getattr(entry, name) for name in _ENTRY_FIELDS})


def read_entry(entry_id: str, text: str, updated_at: str) -> Entry:
    """The entry that :func:`entry_text` wrote."""
    data = _data(text)
    data["sources"] = tuple(Source(*source) for source in data.get("sources", ()))
    data["updated_at"] = datetime.fromisoformat(updated_at)
    return _made(Entry, entry_id, data)


def site_text(site: Site) -> str:
    """All settings of ``site`` but its id, as JSON."""
    return _text({name: getattr(site, name) for name in _SITE_FIELDS})


def read_site(site_id: str, text: str) -> Site:
    """The site that :func:`site_text` wrote."""
    return _made(Site, site_id, _data(text))


def _text(data: dict[str, Any]) -> str:
    return _ENCODER.encode(data)


def _plain(value: object) -> object:
    if isinstance(value, Source):
        return [value.title, value.url]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} can not be stored.")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)


def _data(text: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    return data


def _made(kind: Callable[..., _Record], record_id: str, data: dict[str, Any]) -> _Record:
    try:
        return kind(id=record_id, **data)
    except TypeError:
        raise StoreUnavailable(
            f"{record_id!r} was stored by a newer faqlib, with fields that this one does not know: "
            "upgrade this installation."
        ) from None
