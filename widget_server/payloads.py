"""The public answers as plain dictionaries: a schema's dump takes twenty times longer.

Empty fields are left out of entries; what is there has one meaning in every answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from faqlib import Entry, Results, Site, Snapshot, direction, render_html, render_tree

Payload = dict[str, Any]
RELATED = 3
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# What the encoder does to a text, without asking what it is.
_quote = json.encoder.encode_basestring
_WORDS = {True: "true", False: "false"}


def site_payload(faq: Snapshot) -> Payload:
    """A site's settings, as far as they are for the public."""
    site = faq.site
    return {
        "id": site.id,
        "name": site.name,
        "lang": site.lang,
        "dir": direction(site.lang),
        "url": site.url,
        "texts": dict(site.texts),
        "theme": dict(site.theme),
        "contact": dict(site.contact),
        "categories": categories(site, faq.published()),
        "notice": site.notice,
        "urgent": {"terms": list(site.urgent_terms), "text": site.urgent_text},
        "features": {"feedback": True, "questions": site.accept_questions},
        "revision": str(faq.cursor),
    }


def categories(site: Site, entries: Iterable[Entry]) -> list[str]:
    """The categories that have entries: the site's order first, then as they come."""
    used = dict.fromkeys(entry.category for entry in entries if entry.category)
    ordered = [name for name in site.categories if name in used]
    return ordered + [name for name in used if name not in site.categories]


def entry_payload(faq: Snapshot, entry: Entry, *, answer: bool = True) -> Payload:
    """An entry as the bundle has it."""
    payload: Payload = {"id": entry.id, "question": entry.question}
    if answer:
        payload["answer"] = render_tree(entry.answer)
    payload["lang"] = entry.lang
    payload["dir"] = direction(entry.lang)
    for name in ("category", "reviewed_by", "notice"):
        if value := getattr(entry, name):
            payload[name] = value
    for name in ("tags", "aliases"):
        if value := getattr(entry, name):
            payload[name] = list(value)
    if entry.pinned:
        payload["pinned"] = True
    if entry.last_reviewed:
        payload["last_reviewed"] = entry.last_reviewed.isoformat()
    if entry.sources:
        payload["sources"] = [_source(item.title, item.url) for item in entry.sources]
    if related := [item.id for item in faq.related(entry.id, limit=RELATED)]:
        payload["related"] = related
    return payload


def _source(title: str, url: str) -> Payload:
    return {"title": title, "url": url} if url else {"title": title}


def single_payload(faq: Snapshot, entry: Entry) -> Payload:
    """One entry with its answer as HTML too."""
    payload = entry_payload(faq, entry)
    payload["answer_html"] = render_html(entry.answer)
    payload["revision"] = str(faq.cursor)
    return payload


def bundle_payload(faq: Snapshot, *, answers: bool = True) -> Payload:
    """All that the widget paints from."""
    return {
        "site": site_payload(faq),
        "revision": str(faq.cursor),
        "entries": [entry_payload(faq, entry, answer=answers) for entry in faq.published()],
    }


def search_json(faq: Snapshot, results: Results, limit: int) -> bytes:
    """What a search found, as JSON in UTF-8.

    ``complete`` says that a longer query that starts with this one can find nothing new. Typos,
    synonyms and meaning can bring in with one letter more what no beginning of the query found,
    so it is said only where every entry was found already.
    """
    hits = results.hits[:limit]
    instead = "null" if results.suggestion is None else _quote(results.suggestion)
    complete = len(hits) < limit and len(hits) >= len(faq.published())
    head = (
        f'{{"query":{_quote(results.query)},"answered":{_WORDS[results.answered]},'
        f'"confidence":{results.confidence:.4f},"suggestion":{instead},'
        f'"revision":"{faq.cursor}","complete":{_WORDS[complete]},"results":['
    )
    pieces = [head.encode()]
    for hit in hits:
        entry = hit.entry
        start = _start_of_result(entry.id, entry.question, entry.answer, entry.category)
        pieces += (start, _text(hit.snippet), b',"score":%.4f},' % hit.score)
    if hits:
        pieces[-1] = pieces[-1][:-1]
    pieces.append(b"]}")
    return b"".join(pieces)  # once: it is long


# What is the same in many searches is encoded once: that takes longer than all the rest.


@lru_cache(1_024)
def _start_of_result(entry_id: str, question: str, answer: str, category: str) -> bytes:
    html = render_html(answer)
    known = {"id": entry_id, "question": question, "answer_html": html, "category": category}
    return f'{encode(known)[:-1]},"snippet":'.encode()


@lru_cache(4_096)
def _text(snippet: str) -> bytes:
    return _quote(snippet).encode()
