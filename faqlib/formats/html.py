"""HTML: a clinic's existing page, and a complete page of our own.

A page is read by what it says of itself, most trusted first: our own data, JSON-LD, microdata,
``<details>``, tables, ``<dl>``, buttons with panels, and last its headings and marked questions. A
question that was found once is not taken again from a less trusted place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from faqlib.errors import Problem
from faqlib.formats import html_sources as sources
from faqlib.formats import json_format
from faqlib.formats.document import ABOVE, WRITTEN, Draft, Raw
from faqlib.formats.html_details import details
from faqlib.formats.html_markdown import to_markdown
from faqlib.formats.html_page import DATA_TYPE, write
from faqlib.formats.html_sections import name_sections
from faqlib.formats.html_sources import Found
from faqlib.formats.html_styles import spell_out
from faqlib.formats.html_tables import tables
from faqlib.formats.html_tree import parse
from faqlib.formats.html_visible import Element, is_hidden, plain_text, short_text
from faqlib.formats.leftovers import leftover
from faqlib.formats.markdown_outline import read_outline
from faqlib.formats.markers import asks, halves
from faqlib.formats.outline_parts import shown_text
from faqlib.model import SetAside

__all__ = ["read", "write"]

# What closes a page of questions is often worded as one.
_INVITATION = re.compile(
    r"(?:do you )?(?:still )?(?:have|got) (?:any )?(?:more |other |further )?questions\b.{0,40}"
    r"|(?:need|want) (?:more |further )?(?:help|information)\b.{0,20}"
    r"|(?:can['’]?t|did(?:n['’]?t| not)) find .{0,60}|noch fragen\b.{0,20}"
    r"|¿?tienes? más preguntas.{0,20}|(?:vous avez )?d['’]autres questions.{0,20}",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:q(?:uestion)? ?[0-9]{0,3} ?[:.)] |[0-9]{1,3}[.)] |[+−–▸►▼›»] ?)", re.IGNORECASE
)
_TRAIL = re.compile(r"(?<=[?？؟]) ?[+\-−–×▾▼▲›»]$")
_HEADING = re.compile(r"^#{1,6} .*", re.MULTILINE)
_TEXTS = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "strong", "b")


def read(text: str, name: str) -> Draft:
    """The questions of a page.

    Raises:
        ImportFormatError: if the page is larger or deeper than any real one.
    """
    root = parse(text, name)
    own = _own_data(root, name)
    if own is not None:
        return own
    spell_out(root)
    draft = Draft(title=_title(root), fields=WRITTEN)
    page = _Page(draft, name)
    page.take_structure(root)
    page.take_rest(root)
    return draft


def _own_data(root: Element, name: str) -> Draft | None:
    for script in root.iter("script"):
        if (script.get("type") or "").strip() == DATA_TYPE and script.text:
            draft = json_format.read(script.text, name)
            line = (script.sourceline or 1) - 1
            for raw in draft.raws:
                raw.line = raw.line + line if raw.line else None
            draft.title = draft.title or _title(root)
            return draft
    return None


def _title(root: Element) -> str:
    for tag in ("h1", "title"):
        for node in root.iter(tag):
            text = plain_text(node)
            if text:
                return text
    return ""


class _Page:
    """Collects a page's questions, each once."""

    def __init__(self, draft: Draft, name: str) -> None:
        self._draft = draft
        self._name = name
        self._known: set[str] = set()
        self._used: set[Element] = set()
        self._placed: dict[Element, list[Raw]] = {}
        self._unsure: list[Found] = []  # lists and panels that do not ask anything

    def take_structure(self, root: Element) -> None:
        """What the page marks as a question itself.

        Lists, buttons and panels serve other ends too: of these, only what asks is a question,
        or looks like others of which most ask, unless nothing else is found.
        """
        self._add_all(sources.json_ld(root, self._broken))
        self._add_all(sources.microdata(root))
        self._add_all(details(root))
        parts = sources.Parts(self._name)
        self._add_all(tables(root, parts))
        for unsure in (sources.definitions, sources.toggles):
            group = list(unsure(root, parts))
            every = Counter(map(_look, group))
            asking = Counter(_look(found) for found in group if found.asks)
            sure = {look for look, count in asking.items() if look and count * 2 > every[look]}
            taken = [found for found in group if found.asks or _look(found) in sure]
            self._unsure += [f for f in group if not f.asks and _look(f) not in sure]
            self._add_all(taken)
        name_sections(root, self._placed, self._used)

    def take_rest(self, root: Element) -> None:
        """What is left of the page: its headings, and its bold or marked questions."""
        lines_of = {short_text(node): node.sourceline for node in root.iter(*_TEXTS)}
        _open_panels(root)
        for element in self._used:
            _blank(element)
        for node in [node for node in root.iter() if node.tag != "head"]:
            if sources.is_frame(node):
                _blank(node)
        main = next(root.iter("main"), root)
        body = main if len(plain_text(main)) > 40 else root
        outline = read_outline([self._kept(line) for line in to_markdown(body).split("\n")], "")
        # What stands above the questions of a page is the rest of the page.
        left = [item for item in outline.set_aside if item.reason != ABOVE]
        self._draft.set_aside += [replace(item, line=None) for item in left]
        new = [raw for raw in outline.raws if not self._is_known(raw.data["question"])]
        rest = [raw for raw in new if _says_something(raw)]
        asking = [raw for raw in rest if asks(raw.data["question"])]
        if not self._draft.raws and not asking:
            self._add_all(self._unsure)
        for raw in asking if self._draft.raws else rest:
            question = raw.data["question"]
            line, category = lines_of.get(question), raw.data["category"]
            self._add(Found(question, raw.data["answer"], line, category=category))
        for question in (raw.data["question"] for raw in new if not _says_something(raw)):
            if asks(question):
                aside = SetAside(question, "a question without an answer", lines_of.get(question))
                self._draft.set_aside.append(aside)

    def _broken(self, error: sources.BrokenData) -> None:
        problem = Problem(str(error), self._name, error.line, severity="warning")
        self._draft.problems.append(problem)

    def _add_all(self, group: Iterable[Found]) -> None:
        """Adds what does not stand inside of something more trusted."""
        new = [found for found in group if not any(map(self._is_used, found.used))]
        for found in new:
            if not self._is_known(found.question):
                self._add(found)
            self._used.update(found.used)

    def _is_used(self, element: Element) -> bool:
        return element in self._used or any(
            above in self._used for above in element.iterancestors()
        )

    def _is_known(self, question: str) -> bool:
        key = _key(_shortened(question))
        return not key or key in self._known

    def _add(self, found: Found) -> None:
        question = _shortened(found.question)
        self._known.add(_key(question))
        if _INVITATION.fullmatch(question):
            reason = "an invitation to get in touch, not a question with an answer"
            self._draft.set_aside.append(SetAside(question, reason, found.line))
            return
        data = {"question": question, "answer": found.answer, "category": found.category}
        self._draft.raws.append(Raw(data | {"aliases": halves(question)}, found.line))
        for element in found.used[:1]:
            self._placed.setdefault(element, []).append(self._draft.raws[-1])

    def _kept(self, line: str) -> str:
        text = shown_text(line)
        reason = leftover(text)
        if reason is None:
            return line
        self._draft.set_aside.append(SetAside(text, reason))
        return ""


def _look(found: Found) -> tuple[object, ...]:
    """What the terms of one list have in common, or buttons that look alike; empty if nothing."""
    first = found.used[0]
    return (first,) if first.tag == "dl" else tuple((first.get("class") or "").split()[:1])


def _says_something(raw: Raw) -> bool:
    """Whether an answer is more than the headings of what stood below."""
    return bool(_HEADING.sub("", raw.data["answer"]).strip())


def _shortened(question: str) -> str:
    """A question without the page's number before it and its sign behind it."""
    return _TRAIL.sub("", _LEAD.sub("", question, count=1)).strip()


def _key(question: str) -> str:
    return re.sub(r"\W+", " ", question.casefold()).strip()


def _open_panels(root: Element) -> None:
    """Shows what a script would show: the panel behind a question, the words on a button."""
    for node in root.iter("button", "div", "section", "p"):
        if node.tag == "button":
            if asks(plain_text(node)):
                node.tag = "span"
        elif is_hidden(node):
            before = node.getprevious()
            if before is not None and asks(plain_text(before)):
                node.attrib.clear()


def _blank(element: Element) -> None:
    """Takes an element's content out of the page, but not the text behind it."""
    # lxml reads control characters in a text, but refuses to be given them back.
    element.clear(keep_tail=True)
