"""Entries as one complete page: readable, printable, with structured data, and readable again."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from faqlib.markup import render_html
from faqlib.model import Entry, direction
from faqlib.schema import dump_entry

DATA_TYPE = "application/vnd.faqlib+json"
_STYLE = (
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "section{margin:2rem 0}table{border-collapse:collapse}td,th{border:1px solid;padding:.3em .6em}"
    "img{max-width:100%}"
)


def write(entries: Iterable[Entry]) -> str:
    """A page that stands alone. As a page is public, only published entries are in it.

    It carries JSON-LD for other readers, and the entries with all their fields for this one.
    """
    shown = [entry for entry in entries if entry.status == "published"]
    lang = Counter(entry.lang for entry in shown).most_common(1)[0][0] if shown else "en"
    data = {"entries": [dump_entry(entry) for entry in shown]}
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{html.escape(lang)}" dir="{direction(lang)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<title>Questions and answers</title>",
        f"<style>{_STYLE}</style>",
        f'<script type="application/ld+json">{_in_script(_structured(shown, lang))}</script>',
        f'<script type="{DATA_TYPE}">{_in_script(data)}</script>',
        "</head>",
        "<body>",
        "<main>",
        "<h1>Questions and answers</h1>",
        *_sections(shown, lang),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _sections(entries: Sequence[Entry], lang: str) -> Iterator[str]:
    category = ""
    for number, entry in enumerate(entries, 1):
        if entry.category != category:
            category = entry.category
            if category:
                yield f"<h2>{html.escape(category)}</h2>"
        other = f' lang="{html.escape(entry.lang)}"' if entry.lang != lang else ""
        notice = f"<p><em>{html.escape(entry.notice)}</em></p>" if entry.notice else ""
        yield (
            f'<section id="q{number}"{other}>\n<h3>{html.escape(entry.question)}</h3>\n'
            f"{render_html(entry.answer)}\n{notice}</section>"
        )


def _structured(entries: Sequence[Entry], lang: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": lang,
        "mainEntity": [
            {
                "@type": "Question",
                "name": entry.question,
                "acceptedAnswer": {"@type": "Answer", "text": render_html(entry.answer)},
            }
            for entry in entries
        ],
    }


def _in_script(data: dict[str, Any]) -> str:
    """JSON that can end neither its script nor a comment."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
