"""Payloads where no browser is needed: the sanitizer, the tree, tables, and what is refused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from faqlib import FAQ, Entry, is_safe_url, render_html, render_tree
from faqlib.markup import ATTRIBUTES, TAGS, sanitize
from tests.faults.fault_harness import chance, count
from tests.guard.corpus import payloads
from tests.guard.poisoned import answers
from tests.server.conftest import bearer, parts
from widget_server.records.tables import searches

ALL = payloads()
# The sanitizer itself adds these, whoever wrote the answer.
ADDED = {"a": {"rel"}, "img": {"loading", "referrerpolicy"}, "th": {"scope"}}
pieces = st.lists(st.sampled_from([*ALL, "\n\n", " ", "\n", "`", "> ", "- ", "| ", "[x](", ")"]))


def check_tree(nodes: list[Any]) -> None:
    """Only what is on the lists, and no address that runs or is relative."""
    for node in nodes:
        if isinstance(node, str):
            continue
        tag, attributes, *children = node
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set()) | ADDED.get(tag, set())
        for name in ("href", "src"):
            if name in attributes:
                assert re.match(r"(?:https?|mailto|tel):", attributes[name], re.I), attributes
        check_tree(children)


@pytest.mark.parametrize("payload", ALL)
def test_what_comes_out_is_on_the_lists_and_cleaning_it_again_changes_nothing(
    payload: str,
) -> None:
    for text in (payload, answers(payload)):
        html = render_html(text)
        assert sanitize(html).strip() == html
        check_tree(render_tree(text))
    assert sanitize(sanitize(payload)) == sanitize(payload)


@settings(max_examples=200, deadline=None)
@given(parts=pieces)
def test_no_mixture_of_payloads_gets_out_either(parts: list[str]) -> None:
    text = "".join(parts)[:50_000]
    html = render_html(text)
    assert sanitize(html).strip() == html
    check_tree(render_tree(text))


def test_no_generated_answer_gets_out_either(tally: Callable[..., None]) -> None:
    """Pieces of payloads, cut anywhere and put together: a hundred thousand in a long run."""
    glue = ("", "", " ", "\n", "\n\n", "`", "<", ">", '"', "](", "&lt;", "\t", "\xa0", "<!--")
    for turn in range(count(400, 100_000)):
        rng = chance(("answer", turn))
        parts = []
        for payload in rng.choices(ALL, k=rng.randint(1, 4)):
            cut = sorted(rng.choices(range(len(payload) + 1), k=2))
            parts += [payload[slice(*cut)] if rng.random() < 0.6 else payload, rng.choice(glue)]
        text = "".join(parts)[:4_000]
        html = render_html(text)
        assert sanitize(html).strip() == html, turn
        check_tree(render_tree(text))
        tally("generated answers", tried=1, let_through=0)


def test_an_address_that_is_let_in_has_a_scheme_that_is_allowed() -> None:
    allowed = [payload for payload in ALL if is_safe_url(payload)]
    assert len(allowed) < 8
    for payload in allowed:
        assert re.match(r"(?:https?://[^/\s]|mailto:|tel:)", payload), payload


# Tables that are opened in a spreadsheet

LEADS = ["=", "+", "-", "@", "\t=", "\r=", " =", "\u00a0=", "\u200b=", "\ufeff=", "\u2060@",
         "＝", "＋", "－", "＠", "  \t +", "'=", "''="]  # fmt: skip
FORMULAS = [f"{lead}cmd|' /C calc'!A0" for lead in LEADS]
_RUNS = re.compile(r"[\s\u200b\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r]")


def test_no_cell_or_line_of_an_exported_table_is_a_formula(stored: Flask, database: str) -> None:
    with FAQ.open(database, site="north", semantic=False) as faq:
        made = [
            Entry(f"{text} {n}", f"{text}\n{text}", id=f"{text}{n}", category=text, tags=(text,),
                  aliases=(text,), reviewed_by=text, notice=f"x\n{text}")
            for n, text in enumerate(FORMULAS)
        ]  # fmt: skip
        kept = faq.add_all(made)
    client, headers = stored.test_client(), bearer(stored)
    for kind, delimiter in (("csv", ","), ("tsv", "\t")):
        data = client.get(f"/api/v1/admin/sites/north/export?format={kind}", headers=headers).data
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=delimiter))
        assert len(rows) > len(kept)
        for cell in (cell for row in rows for cell in row):
            assert not [line for line in cell.split("\n") if _RUNS.match(line)], cell
        report = client.post(
            f"/api/v1/admin/sites/north/import?format={kind}&dry_run=1", data=data, headers=headers
        ).get_json()
        assert report["new"] == report["changed"] == []


def test_no_cell_of_a_report_is_a_formula(stored: Flask, database: str) -> None:
    client, headers = stored.test_client(), bearer(stored)
    with FAQ.open(database, site="north", semantic=False) as faq:
        for n, text in enumerate(FORMULAS):
            faq.add(Entry(f"{text} {n}", "x", id=f"{text}{n}", review_due="2020-01-01"))  # type: ignore[arg-type]
    for n, text in enumerate(FORMULAS[:25]):
        body = {"entry": f"{text}{n}".strip(), "helpful": False, "reason": text}
        client.post("/api/v1/sites/north/feedback", json=body)
    with parts(stored).records.begin() as connection:
        for n, text in enumerate(FORMULAS):
            row = {"site": "north", "day": date.today(), "query": f"{text}{n}", "asked": 9}
            connection.execute(searches.insert().values(**row, answered=0))
    found = 0
    for report in ("unanswered", "unhelpful", "asked", "review"):
        path = f"/api/v1/admin/sites/north/reports/{report}?format=csv"
        answer = client.get(path, headers=headers)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for row in list(csv.reader(io.StringIO(answer.get_data(as_text=True))))[1:]:
            found += 1
            assert not [cell for cell in row if _RUNS.match(cell)], row
    assert found > 2 * len(FORMULAS)


# What visitors send


def test_what_visitors_send_comes_back_as_data_only(stored: Flask) -> None:
    """Reasons and questions reach the clinic as JSON that no browser takes for a page."""
    client, headers = stored.test_client(), bearer(stored)
    limits = parts(stored).limits
    limits._windows = {kind: [] for kind in limits._windows}
    for payload in ALL:
        client.post(
            "/api/v1/sites/north/feedback",
            json={"entry": "parking", "helpful": False, "reason": payload[:500]},
        )
        client.post("/api/v1/sites/north/questions", json={"question": payload})
    for path in ("questions", "reports/unhelpful"):
        answer = client.get(f"/api/v1/admin/sites/north/{path}", headers=headers)
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.get_json()
    left = client.get("/api/v1/admin/sites/north/questions", headers=headers).get_json()
    kept = {one["question"] for one in left["questions"]}
    assert len(kept) > 0.9 * len(ALL)
