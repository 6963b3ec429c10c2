"""The places in a page where questions and answers are told apart, by how far they are trusted.

Each finder yields what it finds; the elements it used up are named, so that less trusted ways
do not read them again.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from faqlib.formats.document import unreadable
from faqlib.formats.html_markdown import to_markdown
from faqlib.formats.html_tree import fragment
from faqlib.formats.html_visible import Element, is_dropped, plain_text, short_text
from faqlib.formats.markers import asks
from faqlib.formats.prose import Line
from faqlib.formats.prose import to_markdown as prose_to_markdown

_CHROME = frozenset({"nav", "header", "footer", "form"})
_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
_NODES = 100_000  # of structured data
_ROOM = 400_000  # elements, with those that some letters count as; a page has a tenth
_LETTERS = 100


@dataclass(slots=True)
class Found:
    """A question with its answer in Markdown, and the elements that hold them."""

    question: str
    answer: str
    line: int | None = None
    used: list[Element] = field(default_factory=list)
    category: str = ""

    @property
    def asks(self) -> bool:
        """Whether it ends with a question mark."""
        return asks(self.question)


class BrokenData(ValueError):
    """A script of structured data is no JSON; carries ``line``."""

    def __init__(self, line: int | None) -> None:
        super().__init__("holds structured data (JSON-LD) that is no valid JSON; it was skipped.")
        self.line = line


def json_ld(root: Element, broken: Callable[[BrokenData], None]) -> Iterator[Found]:
    """Questions in ``application/ld+json`` scripts, wherever they stand in the data."""
    for script in root.iter("script"):
        kind = (script.get("type") or "").split(";")[0].strip().lower()
        if kind != "application/ld+json":
            continue
        text = re.sub(r"^\s*(?:<!--|//<!\[CDATA\[)|(?:-->|//\]\]>)\s*$", "", script.text or "")
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            broken(BrokenData(script.sourceline))
            continue
        for node in _questions(data):
            yield from _from_data(node, script.sourceline)


def _questions(data: Any) -> Iterator[dict[str, Any]]:
    """Every node of type Question, in the order of the data."""
    waiting = [data]
    seen = 0
    while waiting and seen < _NODES:
        node = waiting.pop()
        seen += 1
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, dict):
            if "Question" in _types(node):
                yield node
            waiting += [item for item in reversed(node.values()) if isinstance(item, (dict, list))]


def _types(node: dict[str, Any]) -> set[str]:
    kinds = node.get("@type") or ()
    listed = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    return {re.split(r"[/:#]", kind)[-1] for kind in listed if isinstance(kind, str)}


def _from_data(node: dict[str, Any], line: int | None) -> Iterator[Found]:
    question = _first_text(node.get("name")) or _first_text(node.get("text"))
    given = node.get("acceptedAnswer") or node.get("suggestedAnswer")
    for answer in given if isinstance(given, list) else [given]:
        text = _first_text(answer.get("text") if isinstance(answer, dict) else answer)
        if question and text:
            yield Found(_one_line(question), markdown_of(text), line)
            return


def _first_text(value: Any) -> str:
    if isinstance(value, list):
        value = next(iter(value), "")
    if isinstance(value, dict):
        value = value.get("@value", "")
    return value.strip() if isinstance(value, str) else ""


def _one_line(text: str) -> str:
    """A question of structured data: its entities resolved, its tags dropped."""
    plain = _TAGS.sub("", html.unescape(text)) if "&" in text or "<" in text else text
    return " ".join(plain.split())


def markdown_of(text: str) -> str:
    """An answer that is HTML, escaped HTML, or plain text with line ends."""
    if not _TAGS.search(text):
        text = html.unescape(text)
    if _TAGS.search(text):
        return to_markdown(fragment(text, ""))
    return prose_to_markdown(
        Line(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)
    )


def microdata(root: Element) -> Iterator[Found]:
    """Elements marked as schema.org Questions, by microdata or RDFa."""
    seen: set[Element] = set()
    for item in root.iter():
        kind = item.get("itemtype") or item.get("typeof") or "" if _is_element(item) else ""
        if not re.search(r"(?:^|[/:\s])Question(?:\s|$)", kind):
            continue
        if any(above in seen for above in item.iterancestors()):
            continue
        seen.add(item)
        name, answer = _property(item, "name"), _property(item, "acceptedAnswer")
        answer = _property(item, "suggestedAnswer") if answer is None else answer
        if name is None or answer is None:
            continue
        text = _property(answer, "text")
        question = name.get("content") or plain_text(name)
        written = text.get("content") if text is not None else None
        body = markdown_of(written) if written else to_markdown(answer if text is None else text)
        yield Found(_one_line(question), body, item.sourceline, [item])


def _is_element(node: Element) -> bool:
    return isinstance(node.tag, str)


def _property(item: Element, name: str) -> Element | None:
    for node in item.iterdescendants():
        given = node.get("itemprop") or node.get("property") or "" if _is_element(node) else ""
        if any(part.split(":")[-1] == name for part in given.split()):
            return node
    return None


class Parts:
    """Reads the parts of a page that hold answers: each once, and not much more than the page.

    Parts can stand in parts, or be named again and again; then reading each would take for ever.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = _ROOM
        self._read: dict[Element, str] = {}

    def markdown(self, part: Element) -> str:
        """What is inside of ``part``.

        Raises:
            ImportFormatError: if the page has been read several times over by now.
        """
        if part not in self._read:
            self._left -= sum(1 for _ in part.iter()) + sum(map(len, part.itertext())) // _LETTERS
            if self._left < 0:
                message = "has answers in answers too often: save only the part with the questions."
                raise unreadable(message, self._name, part.sourceline)
            self._read[part] = to_markdown(part)
        return self._read[part]


def definitions(root: Element, read: Parts) -> Iterator[Found]:
    """The terms and definitions of ``<dl>``; several definitions of a term are one answer."""
    for listing in root.iter("dl"):
        if in_chrome(listing):
            continue
        term: Element | None = None
        parts: list[str] = []
        for node in [*_terms(listing), None]:
            if node is not None and node.tag == "dd":
                parts.append(read.markdown(node))
                continue
            if term is not None and any(parts):
                answer = "\n\n".join(filter(None, parts))
                yield Found(plain_text(term), answer, term.sourceline, [listing])
            term, parts = node, []


def _terms(listing: Element) -> Iterator[Element]:
    """The list's own terms and definitions, also where a ``div`` groups them."""
    for node in listing.iterdescendants("dt", "dd"):
        above = next(node.iterancestors("dl", "dd"))
        if above is listing:
            yield node


def toggles(root: Element, read: Parts) -> Iterator[Found]:
    """Buttons that open a panel, as site builders make them, and question/answer classes."""
    by_id = {node.get("id"): node for node in root.iter() if _is_element(node) and node.get("id")}
    for node in root.iter():
        panel = _panel_of(node, by_id) if _is_element(node) else None
        if panel is None or panel is node or _contains(panel, node) or in_chrome(node):
            continue
        question = short_text(node)
        if 3 <= len(question) <= 500 and (answer := read.markdown(panel)):
            yield Found(question, answer, node.sourceline, [node, panel])


def _panel_of(node: Element, by_id: dict[str, Element]) -> Element | None:
    target = node.get("aria-controls") or node.get("data-bs-target") or node.get("data-target")
    if target is None and node.get("aria-expanded") is not None and node.tag != "a":
        return _next_to(node)
    if target is None and re.search(r"(?:^|[\s_-])question(?:$|[\s_-])", node.get("class") or ""):
        following = _next_to(node)
        named = following is not None and "answer" in (following.get("class") or "")
        return following if named else None
    return by_id.get(target.split()[0].removeprefix("#")) if target and target.split() else None


def _next_to(node: Element) -> Element | None:
    """What follows a button, or the heading around it."""
    while node is not None and node.getnext() is None:
        above = node.getparent()
        if above is None or above.tag in ("body", "main", "section", "article"):
            return None
        node = above
    return None if node is None else node.getnext()


def _contains(outer: Element, inner: Element) -> bool:
    return any(above is outer for above in inner.iterancestors())


def in_chrome(node: Element) -> bool:
    """Whether it is part of the page's frame: navigation, header, footer, a form."""
    return any(above.tag in _CHROME for above in node.iterancestors())


def is_frame(node: Element) -> bool:
    """Whether ``node`` is left out where a page is read from top to bottom."""
    return is_dropped(node) or node.tag in (*_CHROME, "aside")
