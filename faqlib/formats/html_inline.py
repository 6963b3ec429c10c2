"""Text with bold, italics, links and code in one line of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from faqlib.formats.html_visible import Element, is_dropped, is_hidden, plain_text
from faqlib.markup import escape_inline

DEPTH = 120  # levels that are told apart; below them only the text is kept
BREAK = "\\\n"
_WRAPS = {"b": "**", "strong": "**", "em": "*", "i": "*", "del": "~~", "s": "~~", "strike": "~~"}
_LINKABLE = re.compile(r"(?:https?://[^\s/]|mailto:[^\s]|tel:[+\d])", re.IGNORECASE)
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_MARKS = frozenset("*~")
_EDGE = re.compile(r"(?:\\\n|\s)+")


def inline(element: Element, depth: int) -> str:
    """An inline element as Markdown; ``depth`` is how deep it stands."""
    if element.tag == "br":
        return BREAK
    if element.tag in ("code", "kbd", "samp", "tt"):
        return _code("".join(element.itertext()))
    if depth >= DEPTH:
        return escaped(plain_text(element))
    parts = [escaped(element.text)]
    for child in element:
        if isinstance(child.tag, str) and child.tag in ("img", "iframe"):
            parts.append(embedded(child))
        elif not is_dropped(child):
            parts.append(inline(child, depth + 1))
        parts.append(escaped(child.tail))
    return _wrapped(element, joined(parts))


def _wrapped(element: Element, text: str) -> str:
    if not text.strip(" \n\\"):
        return text
    if element.tag == "a":
        return link(text, (element.get("href") or "").strip())
    if element.tag in _WRAPS:
        mark = _WRAPS[element.tag]
        return text if mark in text else around(text, mark)
    if element.tag == "sup":
        return _shifted(text, _RAISED, "^")
    return _shifted(text, _LOWERED, "") if element.tag == "sub" else text


def around(text: str, mark: str) -> str:
    """The mark right at the text: blanks and line breaks inside would keep it from working."""
    lead = _EDGE.match(text)
    before = lead[0] if lead else ""
    body = text[len(before) :].rstrip()
    while re.search(r"(?<!\\)(?:\\\\)*\\$", body):  # the backslash of a line break
        body = body[:-1].rstrip()
    after = text[len(before) + len(body) :]
    return f"{before}{mark}{body}{mark}{after}" if body else text


def _shifted(text: str, table: dict[int, int], otherwise: str) -> str:
    small = text.strip()
    done = small.translate(table)
    kept = any(left == right for left, right in zip(small, done, strict=True))
    return f"{otherwise}{small}" if kept else done


def link(text: str, url: str) -> str:
    """A link, where its address is absolute and harmless; else its text."""
    shown = re.sub(r"(?:\\?\n)+", " ", text).strip()
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


def joined(pieces: Iterable[str]) -> str:
    """The pieces in a row, each read as what it is.

    An exclamation mark before a link would make it an image. Bold and italic parts side by
    side are joined, or the second loses its marks; so does one whose marks would not work
    between the characters around it.
    """
    joined: list[str] = []
    waiting = _merged(pieces)
    for index, piece in enumerate(waiting):
        before = joined[-1] if joined else ""
        after = waiting[index + 1] if index + 1 < len(waiting) else ""
        mark, text = _outer(piece)
        while mark and not _works(before[-1:], text, after[:1]):
            piece = text
            mark, text = _outer(piece)
        if piece.startswith("[") and before.endswith("!"):
            joined[-1] = before[:-1] + "\\!"
        joined.append(piece)
    return "".join(joined)


def _merged(pieces: Iterable[str]) -> list[str]:
    """Bold pieces side by side are one, and what is italic in each of them is one too."""
    merged: list[tuple[str, list[str]]] = []
    for piece in filter(None, pieces):
        mark, text = _outer(piece)
        if mark and merged and merged[-1][0] == mark:
            merged[-1][1].append(text)
        else:
            merged.append((mark, [text]))
    return [
        f"{mark}{joined(texts)}{mark}" if len(texts) > 1 else f"{mark}{texts[0]}{mark}"
        for mark, texts in merged
    ]


def _outer(piece: str) -> tuple[str, str]:
    """The marks around the whole of a piece, and what they enclose."""
    for mark in ("**", "~~", "*"):
        text = piece[len(mark) : -len(mark)]
        if text and piece.startswith(mark) and piece.endswith(mark):
            inner = re.sub(r"\\.", "", text)
            if mark not in inner and not inner.endswith("\\"):
                return mark, text
    return "", piece


def _works(before: str, text: str, after: str) -> bool:
    """Whether marks around ``text`` open and close where they stand."""
    if before in _MARKS or after in _MARKS:
        return False
    opens = text[0].isalnum() or not before.isalnum()
    return opens and (text[-1].isalnum() or not after.isalnum())
