"""The passage of an answer that fits a query best, as safe HTML with ``<mark>``.

Works on plain text and escapes as it goes: no markup is ever cut in two, and nothing of the
text is taken for markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from faqlib.search import analysis

SNIPPET_LENGTH = 200  # characters, about two lines of a widget

Weigh = Callable[[str], float]  # a word as it stands in the text -> how much it matters, 0 for not


def highlight(text: str, weigh: Weigh) -> str:
    """All of ``text`` escaped, with ``<mark>`` around the words that have a weight."""
    return _mark(text, 0, len(text), [s for s in analysis.spans(text) if weigh(s[0])])


def snippet(text: str, weigh: Weigh, length: int = SNIPPET_LENGTH) -> str:
    """The window of at most about ``length`` characters whose different words weigh most.

    It begins and ends between words, at a sentence's start where one is near, and shows by
    ``…`` where something was left out. Without a match it is the beginning of the text.
    """
    text = " ".join(text.split())
    found = [(word, start, end, weight) for word, start, end in analysis.spans(text)
             if (weight := weigh(word))]  # fmt: skip
    first = _best_window(found, length)
    start = _sentence_start(text, first, length) if found else 0
    end = _word_end(text, start + length)
    marked = _mark(text, start, end, [item[:3] for item in found])
    return f"{'… ' if start else ''}{marked.strip()}{' …' if end < len(text) else ''}"


def _best_window(found: Sequence[tuple[str, int, int, float]], length: int) -> int:
    """Where the best window's first match begins: each different word counts once."""
    best, best_weight = 0, -1.0
    for i, (_, start, _, _) in enumerate(found):
        seen: dict[str, float] = {}
        for word, _, end, weight in found[i:]:
            if end - start > length:
                break
            seen[word] = weight
        if (total := sum(seen.values())) > best_weight:
            best, best_weight = start, total
    return best


def _sentence_start(text: str, at: int, length: int) -> int:
    """The start of the sentence around ``at`` if it is near, else a word some way before."""
    for back in range(at, max(0, at - length // 2), -1):
        if text[back - 1] == " " and text[back - 2] in ".!?。！？:":
            return back
    if at <= length // 2:
        return 0
    return text.rfind(" ", 0, at - length // 4) + 1


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - 40, at + 1)
    return space if space > 0 else at


def _mark(text: str, start: int, end: int, found: Sequence[tuple[str, int, int]]) -> str:
    parts: list[str] = []
    at = start
    for _, begin, stop in found:
        if begin < at or stop > end:
            continue
        parts += (escape(text[at:begin]), "<mark>", escape(text[begin:stop]), "</mark>")
        at = stop
    parts.append(escape(text[at:end]))
    return "".join(parts).replace("</mark> <mark>", " ")
