"""Text with bold, italics, links and code in one line of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from faqlib.formats.emphasis import BREAK, Run, joined
from faqlib.formats.html_visible import Element, is_dropped, is_hidden, plain_text
from faqlib.markup import escape_inline

DEPTH = 120  # levels that are told apart; below them only the text is kept
_WRAPS = {
    tag: frozenset({mark})
    for mark, tags in (("**", "b strong"), ("*", "em i"), ("~~", "del s strike"))
    for tag in tags.split()
}
_LINKABLE = re.compile(r"(?:https?://[^\s/]|mailto:[^\s]|tel:[+\d])", re.IGNORECASE)
# What Google Docs makes of every link in a page: it would tell Google who reads what.
_REDIRECT = re.compile(r"https?://www\.google\.com/url\?(?:[^#]*&)?q=(http[^&#]+)")
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


def inline(element: Element, depth: int, marks: frozenset[str] = frozenset()) -> Iterator[Run]:
    """An inline element as runs; ``depth`` is how deep it stands, ``marks`` those around it."""
    if element.tag == "br":
        yield Run(BREAK)
    elif element.tag in ("code", "kbd", "samp", "tt"):
        yield Run(_code("".join(element.itertext())), marks)
    elif depth >= DEPTH:
        yield Run(escaped(plain_text(element)), marks)
    elif element.tag in ("a", "sup", "sub"):
        yield from _whole(element, list(_inside(element, depth, marks)), marks)
    else:
        yield from _inside(element, depth, marks | _WRAPS.get(element.tag, frozenset()))


def _inside(element: Element, depth: int, marks: frozenset[str]) -> Iterator[Run]:
    yield Run(escaped(element.text), marks)
    for child in element:
        if isinstance(child.tag, str) and child.tag in ("img", "iframe"):
            yield Run(embedded(child), marks)
        elif not is_dropped(child):
            yield from inline(child, depth + 1, marks)
        yield Run(escaped(child.tail), marks)


def _whole(element: Element, runs: list[Run], marks: frozenset[str]) -> Iterable[Run]:
    """What changes a text as a whole: a link, or a shifted one; the runs where it does not."""
    text = joined(Run(run.text, run.marks - marks) for run in runs)
    if not text.strip(" \n\\"):
        return runs
    if element.tag == "a":
        whole = link(text, (element.get("href") or "").strip())
    elif element.tag == "sup":
        whole = _shifted(text, _RAISED, "^")
    else:
        whole = _shifted(text, _LOWERED, "")
    return runs if whole == text else [Run(whole, marks)]


def _shifted(text: str, table: dict[int, int], otherwise: str) -> str:
    small = text.strip()
    done = small.translate(table)
    kept = any(left == right for left, right in zip(small, done, strict=True))
    return f"{otherwise}{small}" if kept else done


def link(text: str, url: str) -> str:
    """A link, where its address is absolute and harmless; else its text."""
    shown = re.sub(r"(?:\\?\n)+", " ", text).strip()
    if (through := _REDIRECT.match(url)) is not None:
        url = unquote(through[1])
    if not _LINKABLE.match(url) or "](" in shown:
        return text
    url = re.sub(r"[\s<>\\]", lambda char: f"%{ord(char[0]) % 256:02X}", url)
    if shown == escaped(url):
        return f"<{url}>"
    return f"[{shown}](<{url}>)" if re.search(r"[()]", url) else f"[{shown}]({url})"


def _code(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        return ""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def embedded(element: Element) -> str:
    """An image with a full https address, or its description; a video as a link to it."""
    source = (element.get("src") or "").strip()
    shown = " ".join((element.get("alt") or element.get("title") or "").split())
    safe = re.fullmatch(r"https://[^\s<>()\\]+", source) is not None
    if element.tag == "iframe":
        return f"[{escaped(shown or source)}]({source})" if safe else ""
    if not shown or is_hidden(element):
        return ""  # an image without a description is decoration
    return f"![{escaped(shown)}]({source})" if safe else escaped(shown)


def escaped(text: str | None) -> str:
    """A text with its blanks made plain and its markup characters escaped."""
    if not text:
        return ""
    return escape_inline(re.sub(r"[\s\u200b\u2060]+", " ", text))
