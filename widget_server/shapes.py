"""The shapes of the public answers and requests: checked where they come in, documented for all.

Answers are built by hand (see payloads.py); a test holds them to these schemas.
"""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from faqlib import EntrySchema
from widget_server.openapi import Checked, Query

# The library's own text field, which is no public name of it.
TextField: Any = type(EntrySchema().fields["question"])


def text(length: int, *, lines: bool = False, **options: Any) -> fields.Field[Any]:
    """A field of the library's own text type: no control characters, no lone surrogates."""
    bounds = validate.Length(max=length, error=f"has more than {length} characters.")
    made: fields.Field[Any] = TextField(lines=lines, validate=bounds, **options)
    return made


class SearchQuery(Query):
    """What a search may ask."""

    q = fields.String(
        required=True,
        validate=validate.Length(max=2_000, error="has more than 2,000 characters."),
        metadata={"description": "The visitor's words; no sign in them has a meaning."},
        error_messages={"required": "is missing: add ?q= and what is asked."},
    )
    limit = fields.Integer(
        load_default=10,
        validate=validate.Range(1, 50, error="has to lie between 1 and 50."),
        metadata={"description": "How many results at most."},
    )
    category = fields.String(
        load_default=None,
        validate=validate.Length(max=200),
        metadata={"description": "Only entries of this category."},
    )
    lang = fields.String(
        load_default=None,
        validate=validate.Length(max=35),
        metadata={"description": "Only entries in this language."},
    )


class SuggestQuery(Query):
    """What is being typed."""

    q = SearchQuery().fields["q"]
    limit = fields.Integer(
        load_default=5, validate=validate.Range(1, 10, error="has to lie between 1 and 10.")
    )
    lang = fields.String(load_default=None, validate=validate.Length(max=35))


class BundleQuery(Query):
    """Which parts of the bundle are wanted first."""

    parts = fields.String(
        load_default="all",
        validate=validate.OneOf(("all", "questions"), error="has to be all or questions."),
        metadata={
            "description": "`questions` leaves the answers out where the whole would be large."
        },
    )


class Urgent(Schema):
    """Words of an emergency and what to do."""

    terms = fields.List(fields.String(), required=True)
    text = fields.String(required=True)


class Features(Schema):
    """What the site offers."""

    feedback = fields.Boolean(required=True)
    questions = fields.Boolean(required=True)


class SiteBody(Schema):
    """A site's public settings."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    lang = fields.String(required=True)
    dir = fields.String(required=True, validate=validate.OneOf(("ltr", "rtl")))
    url = fields.String(required=True)
    texts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    theme = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    contact = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    categories = fields.List(fields.String(), required=True)
    notice = fields.String(required=True)
    urgent = fields.Nested(Urgent, required=True)
    features = fields.Nested(Features, required=True)
    revision = fields.String(required=True)


class SourceBody(Schema):
    """Where a fact comes from."""

    title = fields.String(required=True)
    url = fields.String()


class EntryBody(Schema):
    """A published entry; empty fields are left out."""

    id = fields.String(required=True)
    question = fields.String(required=True)
    answer = fields.List(
        fields.Raw(),
        metadata={"description": "Nodes: a text, or `[tag, attributes, ...children]`."},
    )
    category = fields.String()
    tags = fields.List(fields.String())
    aliases = fields.List(fields.String())
    lang = fields.String(required=True)
    dir = fields.String(required=True)
    pinned = fields.Boolean()
    reviewed_by = fields.String()
    last_reviewed = fields.Date()
    sources = fields.List(fields.Nested(SourceBody))
    notice = fields.String()
    related = fields.List(fields.String())


class SingleBody(EntryBody):
    """One entry, with its answer as HTML too."""

    answer_html = fields.String(required=True)
    revision = fields.String(required=True)


class BundleBody(Schema):
    """All that the widget paints from."""

    site = fields.Nested(SiteBody, required=True)
    revision = fields.String(required=True)
    entries = fields.List(fields.Nested(EntryBody), required=True)


class ResultBody(Schema):
    """One entry that was found."""

    id = fields.String(required=True)
    question = fields.String(required=True)
    answer_html = fields.String(required=True)
    snippet = fields.String(required=True)
    score = fields.Float(required=True)
    category = fields.String(required=True)


class SearchBody(Schema):
    """What a search found, best first."""

    query = fields.String(required=True)
    answered = fields.Boolean(required=True)
    confidence = fields.Float(required=True, validate=validate.Range(0, 1))
    suggestion = fields.String(required=True, allow_none=True)
    revision = fields.String(required=True)
    complete = fields.Boolean(required=True)
    results = fields.List(fields.Nested(ResultBody), required=True)


class SuggestBody(Schema):
    """Questions that complete what is being typed."""

    query = fields.String(required=True)
    suggestions = fields.List(fields.String(), required=True)
    revision = fields.String(required=True)


class _Visitor(Checked):
    class Meta:
        unknown = EXCLUDE  # a newer widget may send more


class FeedbackBody(_Visitor):
    """Whether an answer helped."""

    entry = text(200, required=True)
    helpful = fields.Boolean(required=True)
    reason = text(500, lines=True, load_default="")
    query = text(2_000, load_default="")


class QuestionBody(_Visitor):
    """A question for the clinic."""

    question = text(2_000, lines=True, visible=True, required=True)
    email = text(320, load_default="")
    contact = text(320, load_default="")
    lang = text(35, load_default="")
