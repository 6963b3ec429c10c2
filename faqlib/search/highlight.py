"""The passage of an answer that fits a query best, as safe HTML with ``<mark>``.

Works on plain text and escapes it: no markup is ever cut in two, and nothing of the text is taken
for markup.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import compress, count
from typing import NamedTuple

from faqlib.search import analysis
from faqlib.search.bounded import Bounded
from faqlib.search.prepared import Prepared

SNIPPET_LENGTH = 200  # characters, about two lines of a widget
_KEPT_BYTES = 32 * 2**20  # for the passages of all FAQs
_KEPT_SNIPPETS = 16_384  # of all FAQs too

# Stand for the tags until the text is escaped. Both count as white space, of which a passage has
# plain spaces only.
_OPEN, _CLOSE = "\x1c", "\x1d"

_SENTENCE = re.compile(r"[.!?。！？:] ")
# Between two points of a list, two rows of a table, a heading and a text.
_UNENDED = re.compile(r"\n(?<=[^\s.!?:;,。！？：；…]\n)")  # looked for by its line break
_ROUNDING = 1e-9  # of a sum of weights
_FAINT = 0.3  # of what tells most in the query: below it a word is not marked ("how", "can")

# Terms of a query: how much each matters, and whether it is marked.
Told = tuple[tuple[str, float, bool], ...]
# Where such a word begins and ends, and the same of its term.
Match = tuple[int, int, str, float, bool]


class Passage(NamedTuple):
    """A text as it is looked through for matches.

    ``places`` has by term where its words begin and end; ``sentences`` where sentences begin.
    No other passage has its ``number``.
    """

    text: str
    places: Mapping[str, Sequence[tuple[int, int]]]
    sentences: Sequence[int]
    number: int

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        return 10 * len(self.text) + 200 * len(self.places)


_known: Bounded[tuple[str, str], Passage] = Bounded(_KEPT_BYTES, lambda kept: kept.size)
_numbers = count()
# By the passage's number: of a query's words a text has few or none, and most queries that find
# it have the same few.
_made: Bounded[tuple[int, Told], str] = Bounded(_KEPT_SNIPPETS)


def passage(text: str, lang: str, terms: Sequence[str]) -> Passage:
    """Read a text once for all searches; ``terms`` are its words' in its language, in order."""
    found = _known.get((text, lang))
    if found is None:
        line = " ".join(_UNENDED.sub("; ", text).split())
        places: dict[str, list[tuple[int, int]]] = {}
        for term, place in zip(terms, analysis.places(line), strict=True):
            places.setdefault(term, []).append(place)
        sentences = [match.end() for match in _SENTENCE.finditer(line)]
        found = _known[text, lang] = Passage(line, places, sentences, next(_numbers))
    return found


def passages(items: Iterable[Prepared]) -> list[Passage]:
    """The answers of some entries, read."""
    known = _known.get
    return [
        known((item.answer, item.lang)) or passage(item.answer, item.lang, item.answer_terms)
        for item in items
    ]


def telling(weights: Mapping[str, float]) -> Told:
    """What :func:`snippets` takes, from how much each term of a query weighs."""
    faint = _FAINT * max(weights.values(), default=0.0)
    return tuple([(term, weight, weight >= faint) for term, weight in weights.items()])


def snippets(found: Iterable[Passage], query: Told) -> list[str]:
    """Of each passage the window of at most about 200 characters whose different terms weigh most.

    It begins and ends between words, at a sentence's start where one is near, and shows by
    ``…`` where something was left out. Without a match it is the beginning of the text.
    """
    made, terms = [], [term for term, _, _ in query]
    for one in found:
        told = tuple(compress(query, map(one.places.__contains__, terms)))
        key = (one.number, told)
        made.append(_made.get(key) or _cut(one, told))
    return made


def _cut(found: Passage, told: Told, length: int = SNIPPET_LENGTH) -> str:
    text, places, sentences, _ = found
    matches = [
        (start, end, term, weight, is_marked)
        for term, weight, is_marked in told
        for start, end in places[term]
    ]
    matches.sort()
    start = 0
    if len(text) > length and matches:
        start = _start(text, sentences, _best_window(matches, length), length)
    end = _word_end(text, start + length)
    marked = _mark(text, start, end, matches)
    made = f"{'… ' if start else ''}{marked.strip()}{' …' if end < len(text) else ''}"
    _made[found.number, told] = made
    return made


def _best_window(matches: Sequence[Match], length: int) -> int:
    """Where the best window's first match begins: each different term counts once."""
    if matches[-1][1] - matches[0][0] <= length and len({m[2] for m in matches}) == len(matches):
        return matches[0][0]  # all in one window, each of another term
    best, best_weight, end = matches[0][0], 0.0, 0
    for first, (start, *_) in enumerate(matches):
        if end == len(matches):
            break
        if matches[end][1] - start > length:
            continue  # nothing that an earlier window has not
        while end < len(matches) and matches[end][1] - start <= length:
            end += 1
        seen = {term: weight for _, _, term, weight, _ in matches[first:end]}
        if (total := sum(seen.values())) > best_weight + _ROUNDING:
            best, best_weight = start, total
    return best


def _start(text: str, sentences: Sequence[int], at: int, length: int) -> int:
    """The start of the sentence around ``at`` if it is near, else a word some way before."""
    before = bisect_right(sentences, at)
    if before and sentences[before - 1] > at - length // 2:
        return sentences[before - 1]
    if at <= length // 2:
        return 0
    return text.rfind(" ", 0, at - length // 4) + 1


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - 40, at + 1)
    return space if space > 0 else at


def _mark(text: str, start: int, end: int, matches: Sequence[Match]) -> str:
    parts: list[str] = []
    at = start
    for begin, stop, _, _, is_marked in matches:
        if not is_marked or begin < at or stop > end:
            continue
        parts += (text[at:begin], _OPEN, text[begin:stop], _CLOSE)
        at = stop
    parts.append(text[at:end])
    marked = escape("".join(parts)).replace(f"{_CLOSE} {_OPEN}", " ")
    return marked.replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>")
