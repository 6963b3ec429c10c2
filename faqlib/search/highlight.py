"""The passage of an answer that fits a query best, as safe HTML with ``<mark>``.

Works on plain text and escapes it: no markup is ever cut in two, and nothing of the text is taken
for markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import compress, count
from typing import NamedTuple

from faqlib.search import analysis
from faqlib.search.board_plain import Found
from faqlib.search.bounded import Bounded
from faqlib.search.prepared import Prepared

SNIPPET_LENGTH = 200  # characters, about two lines of a widget
KEPT_BYTES = 32 * 2**20  # for the passages of all FAQs
KEPT_SNIPPETS = 16_384  # of all FAQs too

# Stand for the tags until the text is escaped. Both count as white space, of which a passage has
# plain spaces only.
_OPEN, _CLOSE = "\x1c", "\x1d"

_SENTENCE = re.compile(r"[.!?。！？:] ")
# Between two points of a list, two rows of a table, a heading and a text.
_UNENDED = re.compile(r"\n(?<=[^\s.!?:;,。！？：；…]\n)")  # looked for by its line break
ROUNDING = 1e-9  # of a sum of weights
FAINT = 0.3  # of what tells most in the query: below it a word is not marked ("how", "can")

# Terms of a query: how much each matters, and whether it is marked.
Told = tuple[tuple[str, float, bool], ...]
# Where such a word begins and ends, and the same of its term.
Match = tuple[int, int, str, float, bool]


class Passage(NamedTuple):
    """A text as it is looked through for matches.

    ``places`` has by term where its words begin and end. No other passage has its ``number``;
    ``beginning`` is the snippet where no term stands.
    """

    text: str
    places: Mapping[str, Sequence[tuple[int, int]]]
    number: int
    lang: str
    beginning: str

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        return 1_000 + 10 * len(self.text) + 200 * len(self.places)


# By the text; by text and language, where the same text was read in another language before.
_known: Bounded[str | tuple[str, str], Passage] = Bounded(KEPT_BYTES, lambda kept: kept.size)
_numbers = count()
# By the passage's number: of a query's words a text has few or none, and most queries that find
# it have the same few.
_made: Bounded[tuple[int, Told], str] = Bounded(KEPT_SNIPPETS)


def passage(item: Prepared) -> Passage:
    """The answer of an entry, read once for all searches."""
    key: str | tuple[str, str] = item.answer
    found = _known.get(key)
    if found is not None and found.lang != item.lang:
        key = item.answer, item.lang
        found = _known.get(key)
    if found is None:
        found = _known[key] = _read(item.answer, item.lang, item.answer_terms)
    return found


def _read(text: str, lang: str, terms: Sequence[str]) -> Passage:
    text = line(text)
    places: dict[str, list[tuple[int, int]]] = {}
    for term, place in zip(terms, analysis.places(text), strict=True):
        places.setdefault(term, []).append(place)
    return Passage(text, places, next(_numbers), lang, _mark(text, 0, ()))


def line(text: str) -> str:
    """A text in one line, in which what stood in lines of its own still stands apart."""
    return " ".join(_UNENDED.sub("; ", text).split())


def snippets(shown: Sequence[Found], marks: Sequence[Mapping[str, float]]) -> list[str]:
    """Of each answer the window of at most about 200 characters whose different terms weigh most.

    It begins and ends between words, at a sentence's start where one is near, and shows by
    ``…`` where something was left out. Without a match it is the beginning of the text.

    Args:
        shown: the entries.
        marks: how much each term counts that may stand for a word of the query, word by word.
    """
    query = _telling(marks)
    made, terms = [], [term for term, _, _ in query]
    for _, _, item in shown:
        one = passage(item)
        told = tuple(compress(query, map(one.places.__contains__, terms)))
        if told:
            made.append(_made.get((one.number, told)) or _cut(one, told))
        else:
            made.append(one.beginning)
    return made


def _telling(marks: Sequence[Mapping[str, float]]) -> Told:
    weights: dict[str, float] = {}
    for counted in marks:
        for term, weight in counted.items():
            if weight > weights.get(term, 0.0):
                weights[term] = weight
    faint = FAINT * max(weights.values(), default=0.0)
    return tuple([(term, weight, weight >= faint) for term, weight in weights.items()])


def _cut(found: Passage, told: Told) -> str:
    text, places = found.text, found.places
    matches = [
        (start, end, term, weight, is_marked)
        for term, weight, is_marked in told
        for start, end in places[term]
    ]
    matches.sort()
    start = 0
    if len(text) > SNIPPET_LENGTH:
        start = _start(text, _best_window(matches))
    made = _made[found.number, told] = _mark(text, start, matches)
    return made


def _best_window(matches: Sequence[Match]) -> int:
    """Where the best window's first match begins: each different term counts once."""
    if matches[-1][1] - matches[0][0] <= SNIPPET_LENGTH:
        return matches[0][0]  # all in one window
    best, best_weight, end = matches[0][0], 0.0, 0
    for first, (start, *_) in enumerate(matches):
        if end == len(matches):
            break
        if matches[end][1] - start > SNIPPET_LENGTH:
            continue  # nothing that an earlier window has not
        while end < len(matches) and matches[end][1] - start <= SNIPPET_LENGTH:
            end += 1
        seen = {term: weight for _, _, term, weight, _ in matches[first:end]}
        if (total := sum(seen.values())) > best_weight + ROUNDING:
            best, best_weight = start, total
    return best


def _start(text: str, at: int) -> int:
    """The start of the sentence around ``at`` if it is near, else a word some way before."""
    near = _SENTENCE.finditer(text, max(0, at - SNIPPET_LENGTH // 2 - 1), at)
    if starts := [match.end() for match in near]:
        return starts[-1]
    if at <= SNIPPET_LENGTH // 2:
        return 0
    return text.rfind(" ", 0, at - SNIPPET_LENGTH // 4) + 1


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - 40, at + 1)
    return space if space > 0 else at


def _mark(text: str, start: int, matches: Sequence[Match]) -> str:
    """What begins there, as HTML with marks, and with dots at what is cut."""
    end = _word_end(text, start + SNIPPET_LENGTH)
    parts: list[str] = []
    at = start
    for begin, stop, _, _, is_marked in matches:
        if not is_marked or begin < at or stop > end:
            continue
        parts += (text[at:begin], _OPEN, text[begin:stop], _CLOSE)
        at = stop
    parts.append(text[at:end])
    marked = escape("".join(parts)).replace(f"{_CLOSE} {_OPEN}", " ")
    marked = marked.replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>")
    return f"{'… ' if start else ''}{marked}{' …' if end < len(text) else ''}"
