"""What word processors say by styles alone: bold and italic spans, and the items of lists."""

from __future__ import annotations

import re

from faqlib.formats.html_visible import Element

_RULE = re.compile(r"\.([\w-]{1,80})\s{0,9}\{([^{}]{0,2000})\}")
_BOLD = re.compile(r"font-weight\s{0,9}:\s{0,9}(?:bold|[6-9]00)", re.IGNORECASE)
_ITALIC = re.compile(r"font-style\s{0,9}:\s{0,9}italic", re.IGNORECASE)
_LISTED = re.compile(r"mso-list\s{0,9}:\s{0,9}l[0-9]", re.IGNORECASE)
_DRAWN = re.compile(r"mso-list\s{0,9}:\s{0,9}ignore", re.IGNORECASE)  # the bullet, as Word draws it
_OURS = "mso-list"
_LOOKS = (("b", _BOLD), ("i", _ITALIC))


def spell_out(root: Element) -> None:
    """Makes elements of what Google Docs and Word write as styles."""
    for paragraph in list(root.iter("p")):
        if _LISTED.search(paragraph.get("style") or ""):
            _itemise(paragraph)
    rules = _RULE.findall("".join(sheet.text or "" for sheet in root.iter("style")))
    named = {tag: {name for name, rule in rules if look.search(rule)} for tag, look in _LOOKS}
    for span in list(root.iter("span")):
        style, names = span.get("style") or "", set((span.get("class") or "").split())
        tags = [tag for tag, look in _LOOKS if look.search(style) or names & named[tag]]
        if tags:
            span.tag = tags[0]
        if len(tags) > 1:
            _wrap(span, tags[1])


def _wrap(element: Element, tag: str) -> None:
    inner = element.makeelement(tag)
    inner.text, element.text = element.text, None
    inner.extend(list(element))
    element.append(inner)


def _itemise(paragraph: Element) -> None:
    """Puts a paragraph into the list that ends above it, or into a new one."""
    spans = paragraph.iter("span")
    drawn = next((span for span in spans if _DRAWN.search(span.get("style") or "")), None)
    mark = "" if drawn is None else "".join(drawn.itertext())
    if drawn is not None:
        drawn.clear(keep_tail=True)
    kind, before = "ol" if re.search("[0-9]", mark) else "ul", paragraph.getprevious()
    if before is None or before.tag != kind or before.get("class") != _OURS:
        before = paragraph.makeelement(kind, {"class": _OURS})
        paragraph.addprevious(before)
    before.tail, paragraph.tail = f"{before.tail or ''}{paragraph.tail or ''}", None
    paragraph.tag = "li"
    before.append(paragraph)
