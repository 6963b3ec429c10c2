"""What visitors send: whether an answer helped, and questions for the clinic.

Both take JSON that is labelled as plain text too, since a page may send that to another origin
without asking first.
"""

from __future__ import annotations

import datetime
from typing import Any

from flask import Response, request
from marshmallow import Schema, ValidationError
from sqlalchemy import insert

from faqlib import EntryNotFound
from widget_server.counts import has_room, objects
from widget_server.errors import UNUSABLE, fail, messages
from widget_server.openapi import operation, read_json
from widget_server.public import public
from widget_server.records.tables import feedback as feedback_table
from widget_server.redact import redact
from widget_server.shapes import FeedbackBody, QuestionBody
from widget_server.state import server, visited

_TAKEN = ("application/json", "text/plain")
_FEEDBACK, _QUESTION = FeedbackBody(), QuestionBody()
_FAILURES = (400, 403, 404, 413, 415, 422, 429, 503)


def _documented(schema: type[Schema]) -> dict[str, Any]:
    content = {media: {"schema": schema} for media in _TAKEN}
    return {"requestBody": {"required": True, "content": content}}


@operation(
    public, "POST", "/feedback", status=204, failures=_FAILURES, doc=_documented(FeedbackBody)
)
def feedback() -> Response:
    """Whether an answer helped, with a short reason if the visitor gives one."""
    here = server()
    here.limits.spend("feedback")
    faq = visited()
    data = _read(_FEEDBACK)
    entry = faq.get(data["entry"])
    if entry is None or entry.status != "published":
        raise EntryNotFound(data["entry"], faq.site.id)
    # What was searched for is kept only where the site counts searches and the visitor agrees.
    keep_query = faq.site.count_searches and not objects(request)
    day, most = datetime.datetime.now(datetime.UTC).date(), here.settings.daily_limit
    with here.records.begin_for(lambda: here.clinics.cursor(faq.site.id)) as connection:
        if not has_room(connection, feedback_table, faq.site.id, day, most):
            fail(429, "This site has had as many ratings today as it keeps: try again tomorrow.")
        connection.execute(
            insert(feedback_table).values(
                site=faq.site.id,
                entry=entry.id,
                helpful=data["helpful"],
                reason=redact(data["reason"], 500, fold=False),
                query=redact(data["query"]) if keep_query else "",
                day=day,
            )
        )
    return _accepted()


@operation(
    public, "POST", "/questions", status=204, failures=_FAILURES, doc=_documented(QuestionBody)
)
def questions() -> Response:
    """A question for the clinic, on sites that take them."""
    here = server()
    faq = visited()
    if not faq.site.accept_questions:
        fail(403, "This site takes no questions here: use the contact it names.")
    here.limits.spend("questions")
    data = _read(_QUESTION)
    contact = data["email"] or data["contact"]
    if not here.outbox.put(faq.site.id, data["question"], contact, data["lang"]):
        fail(429, "This site has as many questions waiting as it keeps: use the contact it names.")
    return _accepted()


def _read(schema: Schema) -> dict[str, Any]:
    if request.mimetype not in _TAKEN:
        fail(415, "Send JSON, labelled application/json or text/plain.")
    try:
        loaded: dict[str, Any] = schema.load(read_json(request))
    except ValidationError as error:
        fail(422, UNUSABLE, messages(error))
    return loaded


def _accepted() -> Response:
    response = Response(status=204)
    response.headers["Cache-Control"] = "no-store"
    return response
