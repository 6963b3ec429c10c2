"""The editing API's other half: files in and out, reports, and the questions visitors left."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, request

from faqlib import FORMATS
from widget_server import reports
from widget_server.admin import READ, WRITE, admin
from widget_server.admin_shapes import (
    SECURED,
    ExportQuery,
    ImportQuery,
    LeftQuestions,
    Report,
    ReportBody,
    ReportQuery,
    Stretch,
)
from widget_server.auth import actor
from widget_server.errors import fail
from widget_server.openapi import operation
from widget_server.state import server

_MEDIA = {
    "csv": "text/csv", "tsv": "text/tab-separated-values", "json": "application/json",
    "jsonl": "application/jsonl", "yaml": "application/yaml", "markdown": "text/markdown",
    "html": "text/html", "text": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
# Also after blanks and signs that nobody sees, and in the wide forms of East Asian editions.
_FORMULA = re.compile(r"[\s\u200b\u2060\ufeff]*[=+\-@|%＝＋－＠]|[\t\r]")
_UPLOAD: dict[str, Any] = SECURED | {
    "requestBody": {
        "required": True,
        "description": "The file itself.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_TABLE = {"text/csv": {"schema": {"type": "string"}}}
_REPORTED: dict[str, Any] = SECURED | {"responses": {200: {"content": _TABLE}}}


@operation(
    admin, "POST", "/sites/<site>/import", query=ImportQuery, answer=Report, dump=True,
    failures=(*WRITE, 501), doc=_UPLOAD,
)  # fmt: skip
def import_file(site: str, args: dict[str, Any]) -> dict[str, Any]:
    """Import a file: entries with new ids are added, others updated, none removed.

    With `dry_run` nothing is written and the report says what would be.
    """
    request.max_content_length = server().settings.import_limit
    content = _uploaded()
    if not content:
        fail(422, "There is no file in the request: send it as the body.")
    faq = server().clinics.faq(site)
    dry = args["dry_run"]
    report = faq.load(content, format=args["format"], dry_run=dry, actor=actor())
    return {
        "dry_run": dry,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "set_aside": report.set_aside,
    }


@operation(
    admin, "GET", "/sites/<site>/export", query=ExportQuery, content="application/octet-stream",
    failures=(*READ, 422, 501), doc=SECURED,
)  # fmt: skip
def export_file(site: str, args: dict[str, Any]) -> Response:
    """All entries as a file that can be imported again."""
    chosen = FORMATS[args["format"]]
    if not chosen.writer:
        fail(422, f"{args['format']} can be read but not written: choose another format.")
    made = server().clinics.faq(site).dumps(args["format"])
    content = made.encode("utf-8") if isinstance(made, str) else made
    # An attachment of no type a browser would show: what editors wrote never runs here.
    response = Response(content, mimetype="application/octet-stream")
    name = f"{site}{chosen.suffixes[0]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-File-Type"] = _MEDIA.get(args["format"], "application/octet-stream")
    return response


@operation(
    admin, "GET", "/sites/<site>/reports/<report>", query=ReportQuery, answer=ReportBody,
    failures=(*READ, 422), doc=_REPORTED,
)  # fmt: skip
def report(site: str, report: str, args: dict[str, Any]) -> Response:
    """A report: `unanswered`, `unhelpful`, `asked` or `review`.

    Searches that found no answer, answers that did not help, what is asked most, and answers
    whose review is due; with `format=csv` for a spreadsheet.
    """
    make = reports.REPORTS.get(report)
    if make is None:
        fail(404, f"There is no such report: the reports are {', '.join(reports.REPORTS)}.")
    rows = make(server().records, server().clinics.faq(site))
    if args["format"] == "json":
        return jsonify({"report": report, "rows": rows})
    response = Response(_as_csv(reports.COLUMNS[report], rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{site}-{report}.csv"'
    return response


@operation(
    admin, "GET", "/sites/<site>/questions", query=Stretch, answer=LeftQuestions, dump=True,
    failures=(*READ, 422), doc=SECURED,
)  # fmt: skip
def left_questions(site: str, args: dict[str, Any]) -> dict[str, Any]:
    """The questions that visitors left, newest first."""
    total, found = server().outbox.listing(site, args["limit"], args["offset"])
    return {"total": total, "questions": found}


@operation(
    admin, "DELETE", "/sites/<site>/questions/<key>", status=204, failures=WRITE, doc=SECURED
)
def remove_question(site: str, key: str) -> Response:
    """Delete a question that was dealt with."""
    if not server().outbox.remove(site, key):
        fail(404, "There is no such question: it may have been dealt with already.")
    return Response(status=204)


def _uploaded() -> bytes:
    """The file: the body, or the first one of a form."""
    # Only asked of what can hold one: curl labels any file as a form if it is not told otherwise.
    if request.mimetype == "multipart/form-data":
        upload = next(iter(request.files.values()), None)
        return upload.read() if upload is not None else b""
    return request.get_data()


def _as_csv(columns: Sequence[str], rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    table = out.getvalue()
    return table if table.isascii() else f"\ufeff{table}"  # as exports: Excel needs the mark


def _cell(value: Any) -> Any:
    """A spreadsheet must not take what a visitor typed for a formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
