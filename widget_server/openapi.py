"""Typed doors to flask-smorest: one decorator gives route, checks and documentation."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Flask, Request, request
from flask_smorest import Api, Blueprint
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from faqlib import EntrySchema
from widget_server import errors

View = TypeVar("View", bound=Callable[..., Any])


class ErrorBody(Schema):
    """What every failure answers."""

    code = fields.Integer(required=True, metadata={"description": "The HTTP status code."})
    status = fields.String(required=True, metadata={"description": "The status code's name."})
    message = fields.String(required=True, metadata={"description": "One sentence with the fix."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Messages by field."},
    )


class FAQApi(Api):  # type: ignore[misc]
    """flask-smorest's API with this server's error shape."""

    ERROR_SCHEMA = ErrorBody
    # Each failure that can happen is listed at its operation, not waved through as "default".
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        errors.install(self._app)


class _Parser(FlaskParser):
    """webargs' parser, with JSON read as everywhere else in the server."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The request's JSON."""
        return read_json(req)


class Routes(Blueprint):  # type: ignore[misc]
    """A blueprint whose bodies are read by :func:`read_json`."""

    ARGUMENTS_PARSER = _Parser()

    def make_etag(self, data: str) -> str:
        """The ETag that ``set_etag`` would give, for answers that set it themselves."""
        return cast(str, self._generate_etag(data))


def read_json(req: Request) -> Any:
    """The request's body as JSON.

    Raises:
        APIError: 400 when it is none, or has numbers that no other reader would take.
        RecursionError: when it is nested too deeply; answered with 400 too.
    """
    try:
        return json.loads(req.get_data(), parse_constant=_refuse)
    except ValueError:  # also of bytes that are no UTF-8 and of numbers with 5,000 digits
        errors.fail(
            400, "The body is no JSON as UTF-8: send an object with the fields that /docs names."
        )


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


# The library's hook, from which each field gets messages that name the fix.
_say = EntrySchema().on_bind_field


class Checked(Schema):
    """The base of what is sent: with the library's messages."""

    error_messages = EntrySchema.error_messages

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Marshmallow's hook."""
        _say(field_name, field_obj)


class Query(Checked):
    """The base of query strings: what is not known is ignored, as caches and trackers add to it."""

    class Meta:
        """Marshmallow's options."""

        unknown = EXCLUDE


def make_api(app: Flask, version: str) -> FAQApi:
    """The API object that collects the documentation of ``app``."""
    app.config.update(
        API_TITLE="faqlib widget server",
        API_VERSION=version,
        OPENAPI_VERSION="3.0.3",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Frequently asked questions of many sites: to read, search and edit."
            },
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
        },
    )
    return FAQApi(app)


def routes(name: str, prefix: str, description: str) -> Any:
    """A flask-smorest blueprint."""
    return Routes(name, __name__, url_prefix=prefix, description=description)


def operation(
    blueprint: Any,
    method: str,
    rule: str,
    *,
    query: type[Schema] | None = None,
    body: type[Schema] | Schema | None = None,
    answer: type[Schema] | Schema | None = None,
    status: int = 200,
    content: str | None = None,
    dump: bool = False,
    etag: bool = False,
    tagged: bool = False,
    failures: Sequence[int] = (),
    doc: dict[str, Any] | None = None,
) -> Callable[[View], View]:
    """Register a view and document it.

    Args:
        blueprint: from :func:`routes`.
        method: GET, POST, ...
        rule: the path within the blueprint.
        query: checked query string, handed to the view as ``args``.
        body: checked JSON body, handed to the view as its first argument.
        answer: the schema of what is answered.
        status: the code of success.
        content: the media type of the answer, where it is not JSON.
        dump: whether ``answer`` also turns what the view returns into JSON.
        etag: whether flask-smorest checks and sets ETags.
        tagged: whether the view does that itself.
        failures: the codes of failures that can happen.
        doc: further OpenAPI fields of the operation.
    """

    def decorate(view: View) -> View:
        made: Any = _with_query(view, query) if query is not None else view
        if dump:
            made = blueprint.response(status, answer)(made)
        else:
            made = _describe(made, status, answer, content)
        if body is not None:
            made = _takes_json(blueprint.arguments(body)(made))
        if etag:
            made = blueprint.etag(made)
        elif tagged:
            _noted(made)["etag"] = True  # documented, and no more
        listed = _noted(made).setdefault("response", {}).setdefault("responses", {})
        for code in failures:
            bare = {"description": HTTPStatus(code).phrase, "content_type": None}
            listed.setdefault(code, [HTTPStatus(code).name if code >= 400 else bare])
        if doc:
            made = blueprint.doc(**doc)(made)
        blueprint.route(rule, methods=[method])(made)
        return cast(View, made)

    return decorate


def _takes_json(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a body that is labelled as anything but JSON, which webargs would take as empty."""

    @functools.wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not request.is_json:
            errors.fail(415, "Send JSON, labelled application/json.")
        return view(*args, **kwargs)

    return checked


def _with_query(view: Callable[..., Any], schema: type[Schema]) -> Callable[..., Any]:
    """Check the query string without webargs, which costs more than a search."""
    checker = schema()

    @functools.wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            values = checker.load(request.args.to_dict())
        except ValidationError as error:
            message = "Some of the query string cannot be used: see errors."
            errors.fail(422, message, errors.messages(error))
        return view(*args, args=values, **kwargs)

    _noted(checked).setdefault("arguments", {}).setdefault("parameters", []).append(
        {"in": "query", "required": False, "schema": schema}
    )
    return checked


def _describe(
    view: Callable[..., Any], status: int, answer: Any, content: str | None
) -> Callable[..., Any]:
    """Document the answer of a view that builds its response itself."""
    noted = _noted(view)
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase, "content_type": content}
    if answer is not None:
        described["schema"] = answer
    elif content is not None:
        described["schema"] = {"type": "string"}
    noted.setdefault("response", {}).setdefault("responses", {})[status] = [described]
    noted.setdefault("success_status_codes", []).append(status)
    return view


def _noted(view: Callable[..., Any]) -> dict[str, Any]:
    """The notes that flask-smorest keeps on a view, as its own decorators make them."""
    notes = deepcopy(getattr(view, "_apidoc", {}))
    view._apidoc = notes  # type: ignore[attr-defined]
    return cast(dict[str, Any], notes)
