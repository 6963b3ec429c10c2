"""The server's routes as they are, with addresses for each: a new one is walked unasked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import Rule

ADMIN = "/api/v1/admin"
# What stands for each part of an address. A route with a new one has to say here what it takes.
FILLED = {
    "site": "north", "entry_id": "parking", "revision": "0-no", "hash_": "0123456789ab",
    "lang": "de", "name": "site.css", "report": "review", "key": "KEY",
}  # fmt: skip
# Bodies with which a call succeeds, for the tests that show that only the token was missing.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PUT", "admin.put_site"): {"json": {"id": "north", "name": "Changed"}},
    ("POST", "admin.add_entry"): {"json": {"question": "Is this new?", "answer": "Yes."}},
    ("PUT", "admin.put_entry"): {"json": {"question": "Is parking free?", "answer": "Changed."}},
    ("PATCH", "admin.set_status"): {"json": {"status": "draft"}},
    ("POST", "admin.restore_entry"): {"json": {"number": 1}},
    ("POST", "admin.import_file"): {
        "data": b"question,answer\nFrom a file?,Yes.\n",
        "query_string": {"format": "csv"},
    },
}
ASKED = {"public.search", "public.suggest", "pages.faq_site"}
LANGS = ("en", "es")
# What everybody may send; the playground changes nothing, and asks for the token in its form.
OPEN_WRITES = {"public.feedback", "public.questions", "playground.tried"}


def rules(app: Flask, *, admin: bool) -> list[Rule]:
    """The routes of the editing API, or all others."""
    found = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(ADMIN) is admin]
    return sorted(found, key=lambda rule: rule.rule)


def methods(rule: Rule) -> list[str]:
    """What a route answers to, besides what Flask adds."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def address(rule: Rule, **values: str) -> str:
    """A route's address, with everything in it filled in."""
    path = rule.rule
    for name in rule.arguments:
        for form in (f"<{name}>", f"<anything:{name}>"):
            path = path.replace(form, values.get(name) or FILLED[name])
    return path


def calls(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every call of the editing API."""
    for rule in rules(app, admin=True):
        for method in methods(rule):
            yield method, rule


def readings(app: Flask, site: str, entries: list[str], words: list[str]) -> list[str]:
    """Addresses of everything that anybody may read of a site: all routes, entries and words."""
    found = []
    for rule in rules(app, admin=False):
        if "GET" not in methods(rule):
            continue
        ids = entries if "entry_id" in rule.arguments else [""]
        plain = [address(rule, site=site, entry_id=quote(name, safe="")) for name in ids]
        found += plain
        if rule.endpoint in ASKED:
            found += [f"{plain[0]}?q={quote(word)}&lang={lang}" for word in words for lang in LANGS]
        if rule.endpoint in ("builder.start", "builder.rebuilt", "builder.preview"):
            found.append(f"{plain[0]}?site={site}")
        if rule.endpoint == "public.bundle":
            found.append(f"{plain[0]}?parts=questions")
    return found
