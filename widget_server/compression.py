"""Ready-made bytes: one body in plain, gzip and brotli, each with its strong ETag."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import brotli

Encoding = Literal["", "gzip", "br"]
# Less than this fits into one packet.
LEAST = 1_400
# How much work each encoding does: for an answer that one visitor may be the only one to get,
# for what a site's visitors all get, and for what is made once for a version of the server.
Effort = Literal["quick", "good", "best"]
_LEVELS: dict[Effort, tuple[int, int]] = {"quick": (0, 1), "good": (6, 6), "best": (11, 9)}
_TOKEN = re.compile(r"(?:^|,)\s*(br|gzip|\*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*(?=,|$)")


def choose_encoding(accept: str) -> Encoding:
    """The best of brotli and gzip that an ``Accept-Encoding`` header allows, or ``""``."""
    return _best(accept[:500]) if accept else ""


@lru_cache(maxsize=512)
def _best(accept: str) -> Encoding:
    offered: dict[str, float] = {}
    for name, quality in _TOKEN.findall(accept.lower()):
        offered[name] = float(quality or 1)
    other = offered.get("*", 0.0)
    if offered.get("br", other) > 0:
        return "br"
    return "gzip" if offered.get("gzip", other) > 0 else ""


def etag(tag: str, encoding: Encoding) -> str:
    """The quoted strong ETag of a body in that encoding: other bytes, other tag."""
    return f'"{tag}-{encoding}"' if encoding else f'"{tag}"'


def is_held(tag: str, if_none_match: str) -> bool:
    """Whether the client holds any variant of the body with this tag."""
    if if_none_match.strip() == "*":
        return True
    held = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return not held.isdisjoint(etag(tag, encoding) for encoding in ("", "gzip", "br"))


@dataclass(slots=True)
class Body:
    """A body that is compressed once, when a client first takes that encoding.

    ``tag`` is the ETag's text without quotes and without the encoding.
    ``answered`` notes of a search whether it found an answer; ``final`` is false for what was made
    while the sentence model was still being loaded: nobody keeps it.
    """

    raw: bytes
    tag: str
    mimetype: str = "application/json"
    effort: Effort = "quick"
    answered: bool = False
    final: bool = True
    _made: dict[Encoding, bytes] = field(default_factory=dict)

    def encoded(self, encoding: Encoding) -> tuple[bytes, Encoding]:
        """The bytes in ``encoding``, or plain where compressing them gains nothing."""
        if not encoding or len(self.raw) < LEAST:
            return self.raw, ""
        made = self._made.get(encoding)
        if made is None:
            # Two threads may both do this once; the result is the same.
            made = self._made[encoding] = self._compress(encoding)
        return made, encoding

    @property
    def size(self) -> int:
        """Bytes held at most, for the bound of a cache."""
        return len(self.raw) * 2 + 512

    def _compress(self, encoding: Encoding) -> bytes:
        brotli_level, gzip_level = _LEVELS[self.effort]
        if encoding == "br":
            return brotli.compress(self.raw, quality=brotli_level)  # type: ignore[no-any-return]
        return gzip.compress(self.raw, gzip_level, mtime=0)
