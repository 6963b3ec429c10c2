"""Parses a page with bounds on size, depth and attributes, so that no page can stall an import."""

from __future__ import annotations

import re

from lxml import etree  # type: ignore[import-untyped]

from faqlib.formats.document import unreadable
from faqlib.formats.html_visible import Element

TAGS = 200_000  # a large page of a site builder has ten thousand
ATTRIBUTES = 200  # on one element; the parser compares each with each
_MUTE = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.I)
_TAG = re.compile(r"<[a-zA-Z][^\s/>]*")
_ATTRIBUTE = re.compile(
    r"[\s/]*[^\s/>][^\s=/>]*(?:\s*=\s*(?:\"[^\"]*\"?|'[^']*'?|[^\s>\"'][^\s>]*)?)?"
)


def parse(text: str, name: str) -> Element:
    """The page's root element.

    Raises:
        ImportFormatError: if the page is larger, deeper or stranger than any real one.
    """
    _check_bounds(text, name)
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParseError as error:
        raise unreadable("holds no HTML that can be read: save the page again.", name) from error
    for problem in parser.error_log:
        if problem.type_name == "ERR_RESOURCE_LIMIT":
            message = "is nested too deep to be read: save only the part with the questions."
            raise unreadable(message, name, problem.line)
    if root is None:
        raise unreadable("holds no HTML element: save the page again.", name)
    return root


def fragment(text: str, name: str) -> Element:
    """The element around a piece of HTML, such as an answer in a page's structured data."""
    root = parse(f"<div>{text}</div>", name)
    body = root.find("body")
    return root if body is None else body


def _check_bounds(text: str, name: str) -> None:
    if text.count("<") > TAGS:
        message = f"has more than {TAGS:,} tags: save only the part with the questions."
        raise unreadable(message, name)
    quiet = _MUTE.sub(lambda part: "\n" * part[0].count("\n"), text)
    end = 0
    for tag in _TAG.finditer(quiet):
        if tag.start() < end:
            continue  # it stands in an attribute's value
        end = tag.end()
        count = 0
        while (attribute := _ATTRIBUTE.match(quiet, end)) is not None:
            end, count = attribute.end(), count + 1
            if count > ATTRIBUTES:
                message = f"has a tag with more than {ATTRIBUTES} attributes: remove them."
                raise unreadable(message, name, quiet.count("\n", 0, tag.start()) + 1)
