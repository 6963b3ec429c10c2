"""Word wraps text that its reader sees: in tracked insertions, form fields, text boxes, fields.

It is taken out of these here, so that what walks over paragraphs and runs meets all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from faqlib.model import SetAside

_MAIN = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def word(local: str) -> str:
    """The full name of an element or attribute of Word's own."""
    return f"{_MAIN}{local}"


_WRAPPERS = [word(name) for name in ("ins", "moveTo", "smartTag", "customXml", "fldSimple", "sdt")]
_OFF = ("0", "false", "off")


def unwrap(body: Any) -> list[SetAside]:
    """Opens all wrappers below ``body``; returns what stands there that Word does not show."""
    for copy in list(body.iter(_FALLBACK)):  # the same text box, for older versions of Word
        copy.getparent().remove(copy)
    for wrapper in list(body.iter(*_WRAPPERS)):
        for child in list(_content(wrapper)):
            wrapper.addprevious(child)
        wrapper.getparent().remove(wrapper)
    for box in reversed(list(body.iter(word("txbxContent")))):
        holder: Any = next(box.iterancestors(word("p")), None)
        for block in reversed(box) if holder is not None else ():
            holder.addnext(block)
    return list(_hidden(body))


def _content(wrapper: Any) -> Any:
    if wrapper.tag != word("sdt"):
        return wrapper
    if wrapper.find(f"{word('sdtPr')}/{word('showingPlcHdr')}") is not None:
        return ()  # "Click here to enter text."
    content = wrapper.find(word("sdtContent"))
    return () if content is None else content


def _hidden(body: Any) -> Iterator[SetAside]:
    for mark in list(body.iter(word("vanish"))):
        run = mark.getparent().getparent()
        if run.tag == word("r") and mark.get(word("val")) not in _OFF:
            text = _text(run)
            run.getparent().remove(run)
            if text:
                yield SetAside(text, "hidden text")


def footnotes(part: Any, parse: Any) -> Iterator[SetAside]:
    """The foot- and endnotes that belong to a document's part: answers have no place for them."""
    for relation in part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in ("footnotes", "endnotes") and not relation.is_external:
            for note in parse(relation.target_part.blob):
                text = _text(note)
                if text:
                    yield SetAside(text, f"a {kind[:-1]}")


def _text(element: Any) -> str:
    return " ".join("".join(node.text or "" for node in element.iter(word("t"))).split())
