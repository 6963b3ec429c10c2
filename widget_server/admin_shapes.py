"""The shapes of the editing API that are not the library's own schemas."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from flask import g, request
from marshmallow import (
    RAISE,
    Schema,
    ValidationError,
    fields,
    missing,
    post_load,
    pre_load,
    validate,
    validates_schema,
)

from faqlib import FORMATS, EntrySchema, SiteSchema
from widget_server.openapi import Checked, Query
from widget_server.page_texts import unknown_names

# A format goes by its name or by a suffix: "markdown" or "md".
_BY_NAME = {name: name for name in sorted(FORMATS)} | {
    suffix[1:]: name for name, item in sorted(FORMATS.items()) for suffix in item.suffixes
}
FORMAT_NAMES = tuple(_BY_NAME)
_STATUS = validate.OneOf(
    ("draft", "published", "archived"), error="has to be draft, published or archived."
)

# What the documentation says of calls beyond their schemas.
SECURED: dict[str, Any] = {"security": [{"token": []}]}
_ETAG = {"description": "Names this state of the settings.", "schema": {"type": "string"}}
_LOCATION = {"description": "Where it is found.", "schema": {"type": "string"}}
REPLACES: dict[str, Any] = SECURED | {
    "parameters": [
        {
            "in": "header",
            "name": "If-Match",
            "description": "The ETag of the settings that are replaced; none for a new site.",
            "schema": {"type": "string"},
        }
    ],
    "responses": {
        200: {"headers": {"ETag": _ETAG}},
        201: {
            "description": "Created",
            "content": {"application/json": {"schema": SiteSchema}},
            "headers": {"ETag": _ETAG, "Location": _LOCATION},
        },
    },
}
MAKES: dict[str, Any] = SECURED | {"responses": {201: {"headers": {"Location": _LOCATION}}}}


class SiteList(Schema):
    """The sites a token covers."""

    sites = fields.List(fields.Dict(), required=True)


def _named(data: Any, part: str) -> Any:
    """What was sent, with the id of the address where it has none."""
    has_id = not isinstance(data, dict) or "id" in data
    return data if has_id else {**data, "id": (request.view_args or {})[part]}


class SiteSettings(SiteSchema):
    """A site's settings as they are sent; the id need not stand beside that of the address."""

    @pre_load
    def _name(self, data: Any, **_: Any) -> Any:
        return _named(data, "site")

    @validates_schema
    def _shown(self, data: dict[str, Any], **_: Any) -> None:
        if unknown := unknown_names(data):
            raise ValidationError(dict(unknown))


# An entry that names no language is in the site's.
_LANG: Any = deepcopy(EntrySchema().fields["lang"])
_LANG.load_default, _LANG.metadata = missing, {"description": "That of the site unless given."}


class NewEntry(EntrySchema):
    """An entry as it is added."""

    lang = _LANG

    @pre_load
    def _speak(self, data: Any, **_: Any) -> Any:
        says = not isinstance(data, dict) or "lang" in data
        return data if says else {**data, "lang": g.site.lang}


class EntryAt(NewEntry):
    """An entry as it is sent to its own address."""

    @pre_load
    def _name(self, data: Any, **_: Any) -> Any:
        return _named(data, "entry_id")


class EditorQuery(Query):
    """The base of editors' query strings: a misspelt `dry_run` must not import in earnest."""

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE


class Stretch(EditorQuery):
    """Which stretch of a list is wanted."""

    limit = fields.Integer(
        load_default=500, validate=validate.Range(1, 1_000, error="has to lie between 1 and 1000.")
    )
    offset = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 10_000_000, error="has to lie between 0 and 10000000."),
    )


class EntryQuery(Stretch):
    """Which entries to list."""

    status = fields.String(load_default=None, validate=_STATUS)


class EntryList(Schema):
    """A stretch of a site's entries, in listing order."""

    total = fields.Integer(required=True)
    entries = fields.List(fields.Nested(EntrySchema), required=True)


class StatusBody(Checked):
    """What to do with an entry."""

    status = fields.String(required=True, validate=_STATUS)


class RestoreBody(Checked):
    """Which version to bring back."""

    number = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, 1_000_000_000, error="has to be the number of a version."),
    )


class VersionBody(Schema):
    """A state that an entry once had; ``entry`` is null where it was deleted."""

    number = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    actor = fields.String(required=True)
    action = fields.String(required=True)
    entry = fields.Nested(EntrySchema, allow_none=True)


class History(Schema):
    """All versions of an entry, oldest first."""

    versions = fields.List(fields.Nested(VersionBody), required=True)


class _FormatQuery(EditorQuery):
    """A query that names a format."""

    @post_load
    def _named(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return data | {"format": _BY_NAME[data["format"]]}


class ImportQuery(_FormatQuery):
    """How a file is to be read."""

    format = fields.String(
        required=True,
        validate=validate.OneOf(FORMAT_NAMES, error=f"has to be one of {', '.join(FORMAT_NAMES)}."),
        metadata={"description": "The file's format."},
        error_messages={"required": f"is missing: name one of {', '.join(FORMAT_NAMES)}."},
    )
    dry_run = fields.Boolean(
        load_default=False, metadata={"description": "Only report what would happen."}
    )


class SetAsideBody(Schema):
    """A piece of a file that became no part of an entry."""

    text = fields.String(required=True)
    reason = fields.String(required=True)
    line = fields.Integer(allow_none=True)


class Report(Schema):
    """What an import did, or would do."""

    dry_run = fields.Boolean(required=True)
    new = fields.List(fields.String(), required=True)
    changed = fields.List(fields.String(), required=True)
    unchanged = fields.List(fields.String(), required=True)
    set_aside = fields.List(fields.Nested(SetAsideBody), required=True)


class ExportQuery(_FormatQuery):
    """In which format to export."""

    format = fields.String(
        load_default="json",
        validate=validate.OneOf(FORMAT_NAMES, error=f"has to be one of {', '.join(FORMAT_NAMES)}."),
    )


class ReportQuery(EditorQuery):
    """In which format to report."""

    format = fields.String(
        load_default="json",
        validate=validate.OneOf(("json", "csv"), error="has to be json or csv."),
    )


class ReportBody(Schema):
    """A report's rows."""

    report = fields.String(required=True)
    rows = fields.List(fields.Dict(), required=True)


class LeftQuestion(Schema):
    """A question that a visitor left."""

    key = fields.String(required=True)
    question = fields.String(required=True)
    contact = fields.String(required=True)
    lang = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    state = fields.String(
        required=True, metadata={"description": "waiting, delivered to the webhook, or failed."}
    )
    tries = fields.Integer(required=True)


class LeftQuestions(Schema):
    """A stretch of the questions that visitors left, newest first."""

    total = fields.Integer(required=True)
    questions = fields.List(fields.Nested(LeftQuestion), required=True)
