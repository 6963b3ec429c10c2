"""The headings of a page that stand above its lists, tables and panels of questions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from lxml import etree  # type: ignore[import-untyped]

from faqlib.formats.document import LONGEST_CATEGORY, Raw
from faqlib.formats.html_sources import is_frame
from faqlib.formats.html_visible import Element, short_text
from faqlib.formats.markers import asks

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NODES = 200  # of a heading, looked at for a button


def name_sections(
    root: Element, placed: Mapping[Element, list[Raw]], used: Collection[Element]
) -> None:
    """Puts questions that name no category into that of the heading above them.

    One heading above all of them divides nothing: then it is none.
    """
    above = [(raw, name) for raw, name in _sections(root, placed, used) if not raw.data["category"]]
    if len({name for _, name in above}) > 1:
        for raw, name in above:
            raw.data["category"] = name


def _sections(
    root: Element, placed: Mapping[Element, list[Raw]], used: Collection[Element]
) -> Iterator[tuple[Raw, str]]:
    heading = ""
    walk = etree.iterwalk(root, events=("start",))
    for _, node in walk:
        for raw in placed.get(node, ()):
            yield raw, heading
        if node in used or is_frame(node):
            walk.skip_subtree()
        elif node.tag in _HEADINGS and (text := _divides(node, used)):
            heading = "" if node.tag == "h1" else text[:LONGEST_CATEGORY]


def _divides(heading: Element, used: Collection[Element]) -> str:
    """The text of a heading that neither asks nor has a question's button in it."""
    text = short_text(heading)
    around = any(node in used for node in islice(heading.iter(), _NODES))
    return "" if asks(text) or around else text
