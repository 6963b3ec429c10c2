"""Sites in which every field holds a payload, put in by every way that there is."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import yaml
from flask.testing import FlaskClient

from faqlib import Entry
from faqlib.formats import write

Call = Callable[..., Any]
# Every key that the widget or the served page shows.
TEXTS = (
    "title intro search found best none suggest offline reviewed sources related other helpful yes "
    "no thanks copy contact ask email private send error retry open close submit contents results "
    "unsure all notice by language urgent top"
).split()
THEME = ("accent", "text", "background", "radius", "size")
# Each payload in each place of Markdown that could lead to an attribute or an address.
PLACES = (
    "{}", "before {} after", "[{}](https://clinic.example)", "[one]({})", "[two](<{}>)",
    "[three](https://clinic.example/{})", '[four](https://clinic.example "{}")', "<{}>",
    "![{}](https://images.example/1)", "![five]({})", "![six](<{}>)",
    '![seven](https://images.example/2 "{}")', "`{}`", "**{}**", "~~{}~~", "- {}", "1. {}", "> {}",
    "#### {}", "| a |\n|---|\n| {} |", "[eight][r]\n\n[r]: {}", "[nine][s]\n\n[s]: <{}> '{}'",
    "```\n{}\n```", "```{}\nx\n```", "    {}",
)  # fmt: skip


def answers(payload: str) -> str:
    """An answer with the payload in every place; each stands in a block of its own."""
    return "\n\n".join(place.replace("{}", payload) for place in PLACES)


def site_data(site: str, payload: str) -> dict[str, Any]:
    """A site's settings with the payload in each."""
    return {
        "id": site,
        "name": payload,
        "url": payload,
        "categories": [payload],
        "contact": dict.fromkeys(("phone", "email", "url", "label"), payload),
        "notice": payload,
        "urgent_terms": [payload, "thing"],
        "urgent_text": payload,
        "texts": dict.fromkeys(TEXTS, payload),
        "theme": dict.fromkeys(THEME, payload),
        "synonyms": [[payload, "thing"]],
        "origins": [payload],
        "accept_questions": True,
    }


def entries_data(number: int, payload: str) -> list[dict[str, Any]]:
    """Two entries: one with the payload in each field, one with it in each place of an answer."""
    return [
        {
            "id": f"{payload} {number}"[:200],
            "question": payload,
            "answer": payload,
            "aliases": [payload],
            "tags": [payload[:100]],
            "category": payload[:200],
            "reviewed_by": payload[:200],
            "last_reviewed": "2026-03-02",
            "sources": [
                {"title": payload, "url": "https://clinic.example/source"},
                {"title": "address", "url": payload},
            ],
            "notice": payload,
        },
        {
            "id": f"places-{number}",
            "question": f"What is thing {number}?",
            "answer": answers(payload),
        },
    ]


class Poisoner:
    """Puts payloads into sites by the editing API, and counts what was refused at the door."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self._client, self._headers = client, headers
        self.refused: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()

    def site(self, site: str, number: int, payload: str) -> None:
        """A site of its own for one payload: every setting, and two entries."""
        self._put(f"/{site}", site_data(site, payload), "PUT")
        for data in entries_data(number, payload):
            self._put(f"/{site}/entries", data, "POST")

    def files(self, site: str, numbered: Sequence[tuple[int, str]]) -> None:
        """The payloads through every file format into one site."""
        self._open("PUT", f"/{site}", json={"id": site})
        for kind, content in files(numbered):
            taken = self._open("POST", f"/{site}/import?format={kind}", data=content)
            assert taken.status_code in (200, 422), taken.data
            self._count(f"{kind} file", taken.status_code == 200)

    def _put(self, path: str, data: dict[str, Any], method: str) -> None:
        """With what may not stand there left out, field by field."""
        for _ in range(8):
            answer = self._open(method, path, json=data)
            if answer.status_code in (200, 201):
                break
            assert answer.status_code == 422, answer.data
            for field in answer.get_json()["errors"]:
                _drop(data, field.split("."))
                self._count(field.split(".")[0], False)
        else:
            raise AssertionError(f"{path} is still refused: {answer.data!r}")
        for field in data:
            self._count(field, True)

    def _count(self, what: str, taken: bool) -> None:
        (self.taken if taken else self.refused)[what] += 1

    def _open(self, method: str, path: str, **options: Any) -> Any:
        return self._client.open(
            f"/api/v1/admin/sites{path}", method=method, headers=self._headers, **options
        )


def _drop(data: Any, path: Sequence[str]) -> None:
    """Take out what an error names: of a list the whole, and never what must be there."""
    key = path[0]
    if key in ("question", "id"):
        data[key] = "refused"
    elif len(path) > 1 and isinstance(data.get(key), dict):
        data[key].pop(path[1], None)
    elif len(path) > 2 and isinstance(data.get(key), list) and isinstance(data[key][0], dict):
        data[key][int(path[1])].pop(path[2], None)
    else:
        data.pop(key, None)


def files(numbered: Sequence[tuple[int, str]]) -> Iterator[tuple[str, bytes]]:
    """Files of every format with the payloads in them, raw where the format has no quoting."""
    rows = [
        {"question": f"In the file {n}? {text}", "answer": text, "category": text, "tags": text}
        for n, text in numbered
    ]
    yield "json", json.dumps([row | {"tags": []} for row in rows]).encode()
    yield "jsonl", "\n".join(json.dumps(row | {"tags": []}) for row in rows).encode()
    yield "yaml", yaml.safe_dump([row | {"tags": []} for row in rows], allow_unicode=True).encode()
    for kind, delimiter in (("csv", ","), ("tsv", "\t")):
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
        yield kind, out.getvalue().encode()
    words = ((n, " ".join(text.split())) for n, text in numbered)  # XML holds no control characters
    made = [Entry(f"In the document {n}? {text}", text) for n, text in words]
    document = write(made, format="docx")
    yield "docx", document if isinstance(document, bytes) else document.encode()
    for n, text in numbered:
        # One file each: what one leaves open must not swallow the next.
        yield "markdown", f"# In Markdown {n}? {text}\n\n{text}\n\n[x]({text})\n".encode()
        yield "html", f"<h2>In HTML {n}?</h2><p>one</p>{text}<p>two</p>{_links(text)}".encode()
        yield "text", f"In plain text {n}? {text}?\n{text}\n".encode()


def _links(text: str) -> str:
    quoted = text.replace("&", "&amp;").replace('"', "&quot;")
    return (
        f'<p><a href="{quoted}" title="{quoted}">{text}</a><img src="{quoted}" alt="{quoted}"></p>'
    )
