"""A paragraph of a Word document as Markdown: what is bold, italic or a link in it."""

from __future__ import annotations

import re
from typing import Any

from faqlib.formats.html_inline import BREAK, around, escaped, joined, link


def marked(paragraph: Any) -> str:
    """A paragraph with its bold and italic runs and its links."""
    pieces = []
    for item in paragraph.iter_inner_content():
        if hasattr(item, "address"):
            pieces.append(link(joined(map(_run, item.runs)), item.url or ""))
        else:
            pieces.append(_run(item))
    lines = [re.sub(r" +", " ", line).strip() for line in joined(pieces).split(BREAK)]
    return BREAK.join(filter(None, lines))


def _run(run: Any) -> str:
    text = BREAK.join(escaped(line) for line in run.text.split("\n"))
    for mark, wanted in (("*", run.italic), ("**", run.bold)):
        text = around(text, mark) if wanted and text.strip() else text
    return text
