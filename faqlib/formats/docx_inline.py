"""A paragraph of a Word document as Markdown: what is bold, italic or a link in it."""

from __future__ import annotations

import re
from typing import Any

from faqlib.formats.emphasis import BREAK, Run, joined
from faqlib.formats.html_inline import escaped, link


def marked(paragraph: Any) -> str:
    """A paragraph with its bold and italic runs and its links."""
    runs = []
    for item in paragraph.iter_inner_content():
        if hasattr(item, "address"):
            runs.append(Run(link(joined(map(_run, item.runs)), item.url or "")))
        else:
            runs.append(_run(item))
    lines = [re.sub(r" +", " ", line).strip() for line in joined(runs).split(BREAK)]
    return BREAK.join(filter(None, lines))


def _run(run: Any) -> Run:
    text = BREAK.join(escaped(line) for line in run.text.split("\n"))
    wanted = (("*", run.italic), ("**", run.bold))
    return Run(text, frozenset(mark for mark, is_so in wanted if is_so))
