"""Mutated origins against many sites: a page is let in only if its very origin is listed.

A long run tries 100,000; what was tried is written to test-artifacts/origins.json.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from faqlib import FAQ, Entry, InvalidData, Site, load_site, open_store
from widget_server import create_app

ROOT = Path(__file__).resolve().parents[2]
SOAK = os.environ.get("FAQ_SOAK", "") not in ("", "0")
SITES, TRIES = (1_000, 100_000) if SOAK else (60, 3_000)
PATHS = (
    "",
    "/bundle",
    "/search?q=parking",
    "/suggest?q=is",
    "/entries/parking",
    "/entries/no",
    "/no",
)
BASES = (
    "https://clinic.dk", "https://www.clinic.dk", "https://sub.clinic.dk", "http://localhost:3000",
    "https://a.example:8443", "https://xn--klinik-bya.dk", "http://10.0.0.8", "https://b-c.example",
)  # fmt: skip


def origins_of(number: int) -> tuple[str, ...]:
    """A third of the sites is open; the others list one to three origins of their own."""
    dice = random.Random(number)
    chosen = dice.sample(BASES, dice.randint(0, 3)) if number % 3 else []
    return tuple(one.replace("clinic", f"clinic{number % 5}") for one in chosen)


@pytest.fixture(scope="module")
def sites() -> dict[str, tuple[str, ...]]:
    """The sites with the origins that they list."""
    return {f"s{number}": origins_of(number) for number in range(SITES)}


@pytest.fixture(scope="module")
def app(sites: dict[str, tuple[str, ...]]) -> Flask:
    """A server with all of them."""
    store = open_store(":memory:")
    for name, origins in sites.items():
        store.save_site(Site(id=name, origins=origins))
        entry = Entry(question="Is parking free?", answer="Yes.", id="parking")
        FAQ(store=store, site=name, semantic=False).add(entry)
    settings = {"semantic": False, "log_requests": False, "rate_search": "100000000/minute",
                "rate_feedback": "100000000/minute", "sites_in_memory": SITES}  # fmt: skip
    return create_app(settings, store=store)


def mutations(origin: str) -> Iterator[str]:
    """What looks like an origin, or contains it, or might be taken for it."""
    scheme, _, host = origin.partition("://")
    name, _, port = host.partition(":")
    other = "http" if scheme == "https" else "https"
    yield from (
        "null", "*", "", " ", "file://", "undefined", host, f"//{host}", f"{other}://{host}",
        origin.upper(), origin.title(), f"{scheme}://{name.upper()}",
        f"{scheme.upper()}://{host}", f"{origin}/", f"{origin}//", f"{origin}?", f"{origin}#",
        f"{origin}/path", f"{origin}.", f"{scheme}://{name}.:{port or 443}", f"{origin}:443",
        f"{origin}:80", f"{scheme}://{name}:1", f"{scheme}://{name}:", f"{scheme}://{host}0",
        f"{origin}.evil.example", f"{origin}-evil.example", f"{origin}evil.example",
        f"{scheme}://evil{host}", f"{scheme}://evil-{host}", f"{scheme}://evil.{host}",
        f"{scheme}://{host}@evil.example", f"{scheme}://evil.example@{host}",
        f"{scheme}://user:pass@{host}", f"{scheme}://evil.example/{host}",
        f"{scheme}://evil.example?{host}", f"{scheme}://evil.example#{origin}",
        f"{scheme}://evil.example\\{host}", f"{origin},https://evil.example",
        f"https://evil.example,{origin}", f"{origin} https://evil.example",
        f"https://evil.example {origin}", f" {origin}", f"{origin} ", f"{origin}\t",
        f"{origin}%00", f"{origin}%2f", f"{origin}%0d%0a", f"{scheme}://www.{host}",
        f"{scheme}://{host.removeprefix('www.')}", f"{scheme}:{host}", f"{scheme}:/{host}",
        f"{scheme}:///{host}", origin.replace(".", "x"), origin.replace(".", ""),
        origin.replace(".dk", ".dk.dk"), origin.replace("i", "\u00ed"),
        origin.replace("c", "%63"), f"{scheme}://{name.replace('c', 'xn--c')}",
        f"chrome-extension://{host}", f"blob:{origin}", f"view-source:{origin}", origin[:-1],
        origin[1:], f"{origin}\u00ad", origin.replace("l", "1"),
    )  # fmt: skip


def tempting(dice: random.Random, listed: tuple[str, ...]) -> str | None:
    """One of the above, or a listed one, or one with a letter changed."""
    base = dice.choice(listed or BASES)
    kind = dice.random()
    if kind < 0.05:
        return None
    if kind < 0.15:
        return base
    if kind < 0.75:
        return dice.choice(list(mutations(base)))
    place = dice.randrange(len(base))
    sign = dice.choice("abcxyz019.-:/@%*\\ ")
    return base[:place] + dice.choice(("", sign, sign + base[place])) + base[place + 1 :]


def test_no_mutation_of_an_origin_is_let_in(app: Flask, sites: dict[str, tuple[str, ...]]) -> None:
    dice, client, names = random.Random(20), app.test_client(), list(sites)
    let_in = refused = opened = 0
    for _ in range(TRIES):
        site = dice.choice(names)
        listed, path = sites[site], dice.choice(PATHS)
        origin = tempting(dice, listed)
        headers = {"Origin": origin} if origin is not None else {}
        answer = client.get(f"/api/v1/sites/{site}{path}", headers=headers)
        allowed = answer.headers.getlist("Access-Control-Allow-Origin")
        varies = "Origin" in [
            part.strip() for part in ",".join(answer.headers.getlist("Vary")).split(",")
        ]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        if not listed:
            assert (allowed, varies) == (["*"], False), (site, origin)
            opened += 1
            continue
        assert varies, (site, origin)
        assert allowed == ([origin] if origin in listed else []), (site, origin)
        if origin in listed:
            let_in += 1
        elif origin:
            assert answer.status_code in (403, 404), (site, origin)
            assert b"Yes." not in answer.data
            refused += 1
    assert min(let_in, refused, opened) > TRIES / 50
    note = {"tried": TRIES, "sites": SITES, "of open sites": opened, "listed and let in": let_in,
            "refused": refused, "wrongly let in": 0}  # fmt: skip
    (ROOT / "test-artifacts").mkdir(exist_ok=True)
    (ROOT / "test-artifacts/origins.json").write_text(json.dumps(note, indent=1) + "\n", "utf-8")


def test_a_refused_page_cannot_send_either(app: Flask, sites: dict[str, tuple[str, ...]]) -> None:
    dice, client = random.Random(21), app.test_client()
    for site, listed in sites.items():
        if not listed:
            continue
        for origin in dice.sample(list(mutations(listed[0])), 5):
            if not origin or origin in listed:
                continue
            for what in ("feedback", "questions"):
                answer = client.post(
                    f"/api/v1/sites/{site}/{what}", data='{"entry": "parking", "helpful": true}',
                    content_type="text/plain", headers={"Origin": origin},
                )  # fmt: skip
                assert answer.status_code == 403, (site, origin)


def test_nothing_but_an_exact_origin_can_be_listed() -> None:
    """Patterns and the like are refused when a site's settings are saved."""
    for base in BASES:
        for origin in mutations(base):
            try:
                kept = load_site({"id": "a", "origins": [origin]}).origins
            except InvalidData:
                continue
            assert len(kept) == 1
            assert "*" not in kept[0]
            assert kept[0].split("://")[0] in ("http", "https")
            assert not set(kept[0].split("://")[1]) & set("/@?#%\\, \t"), origin
