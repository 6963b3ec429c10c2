"""Structured data of the served page: what is visible there, in schema.org's words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from faqlib import Entry, Site, render_html


def faq_page(site: Site, entries: Sequence[Entry], lang: str, address: str) -> str:
    """The page's ``FAQPage`` as JSON that can stand in a script element.

    Who reviewed and when are properties of the page in schema.org: all reviewers, and the
    date since which every dated answer has been checked.
    """
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "name": site.name or site.id,
        "inLanguage": lang,
        "mainEntity": [_question(entry, address) for entry in entries],
    }
    if address:
        data["url"] = address
    reviewers = dict.fromkeys(entry.reviewed_by for entry in entries if entry.reviewed_by)
    if reviewers:
        data["reviewedBy"] = [{"@type": "Person", "name": name} for name in reviewers]
    if dates := [entry.last_reviewed for entry in entries if entry.last_reviewed]:
        data["lastReviewed"] = min(dates).isoformat()
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _question(entry: Entry, address: str) -> dict[str, Any]:
    answer = {"@type": "Answer", "text": render_html(entry.answer)}
    question = {"@type": "Question", "name": entry.question, "acceptedAnswer": answer}
    if address:
        question["url"] = answer["url"] = f"{address}#{anchor(entry.id)}"
    return question


def anchor(entry_id: str) -> str:
    """The entry's id in the page: the widget opens the same ``#faq-…``."""
    return "faq-" + "-".join(entry_id.split())
