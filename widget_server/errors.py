"""One shape for every failure: ``{"code", "status", "message", "errors"?}``."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask, Response, json, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, SecurityError, default_exceptions

from faqlib import (
    EditConflict,
    EntryExists,
    EntryNotFound,
    FAQError,
    InvalidData,
    MissingExtra,
    ModelUnavailable,
    Problem,
    SiteNotFound,
    StoreError,
    StoreUnavailable,
    TooManyEntries,
)

log = logging.getLogger("widget_server")

Errors = Mapping[str, Sequence[str]]

# What the library's exceptions are in HTTP; the most special come first.
_STATUS: tuple[tuple[type[FAQError], int], ...] = (
    (EntryNotFound, 404),
    (SiteNotFound, 404),
    (EntryExists, 409),
    (EditConflict, 412),
    (TooManyEntries, 422),
    (InvalidData, 422),
    (MissingExtra, 501),
    (ModelUnavailable, 503),
    (StoreUnavailable, 503),
    (StoreError, 500),
    (FAQError, 500),
)
NO_SITE = "There is no such site here: check the id in the address."
UNUSABLE = "Some of what was sent cannot be used: see errors."
NO_ENTRY = "There is no such entry: it may have been renamed, unpublished or removed."


class APIError(Exception):
    """A failure that a view reports on purpose."""

    def __init__(
        self,
        code: int,
        message: str,
        errors: Errors | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})
        super().__init__(message)


def fail(code: int, message: str, errors: Errors | None = None, **headers: str) -> NoReturn:
    """End the request with this failure; ``Retry_After`` becomes the header ``Retry-After``."""
    raise APIError(code, message, errors, {k.replace("_", "-"): v for k, v in headers.items()})


def error_response(
    code: int,
    message: str,
    errors: Errors | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response for a failure, never to be cached."""
    body: dict[str, Any] = {"code": code, "status": HTTPStatus(code).phrase, "message": message}
    if errors:
        body["errors"] = errors
    # A field's name may be half a character: it must not break the answer that complains of it.
    text = json.dumps(body).encode("utf-8", "replace")
    response = Response(text + b"\n", code, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def by_field(problems: Sequence[Problem]) -> dict[str, list[str]]:
    """The library's problems as messages by field, or by line where the field is unknown."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        place = f"line {problem.line}" if problem.line else ""
        where = problem.field or place or "data"
        known = (place if problem.field else "", problem.entry, problem.message)
        found.setdefault(where, []).append(": ".join(part for part in known if part))
    return found


def messages(error: ValidationError) -> dict[str, list[str]]:
    """Marshmallow's messages, one level deep."""
    return _flat(error.normalized_messages()) or {}  # type: ignore[no-untyped-call]


def install(app: Flask) -> None:
    """Make every failure of ``app`` answer in the one shape."""
    app.register_error_handler(APIError, _on_api_error)
    app.register_error_handler(FAQError, _on_faq_error)
    app.register_error_handler(RecursionError, _on_recursion)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, _on_crash)


def on_http_error(error: HTTPException) -> Response:
    """Werkzeug's and flask-smorest's failures, with the headers that belong to them."""
    code = error.code or 500
    if code < 400 or error.response is not None:
        return error.get_response()  # type: ignore[return-value]  # a redirect, or a 304
    extra: Mapping[str, Any] = getattr(error, "data", None) or {}
    errors = extra.get("errors") or extra.get("messages")
    message = extra.get("message") or _message(error, code)
    headers = {
        key: value
        for key, value in error.get_headers()
        if key.lower() not in ("content-type", "content-length")
    }
    return error_response(code, message, _flat(errors), headers)


_MESSAGES = {
    400: "The request cannot be understood: see errors, or send JSON as UTF-8.",
    404: "There is nothing at this address: see /docs for the addresses that there are.",
    412: "Somebody else changed it since it was read: read it again, and repeat the edit.",
    413: "The request is larger than this server accepts: send less at once.",
    422: UNUSABLE,
    428: "Say which state the change was made on: send the ETag it came with as If-Match.",
}


def _message(error: HTTPException, code: int) -> str:
    if code == 405:
        known = set(getattr(error, "valid_methods", None) or ())
        valid = " or ".join(sorted(known - {"HEAD", "OPTIONS"} or known))
        return f"{request.method} is not possible here: use {valid}." if valid else "Not allowed."
    if isinstance(error, SecurityError):
        return "This server does not answer under that host name: see FAQ_TRUSTED_HOSTS."
    return (
        _MESSAGES.get(code)
        or error.description
        or default_exceptions[code].description
        or error.name
    )


def _flat(errors: Any, path: str = "") -> dict[str, list[str]] | None:
    """Marshmallow's nested messages as one level, ``sources.0.url`` style."""
    if not errors:
        return None
    found: dict[str, list[str]] = {}
    if isinstance(errors, Mapping):
        for key, value in errors.items():
            name = "" if key in ("json", "query", "_schema") else str(key)
            found |= _flat(value, ".".join(part for part in (path, name) if part)) or {}
    else:
        texts = [errors] if isinstance(errors, str) else errors
        found[path or "body"] = [str(text) for text in texts]
    return found


def _on_api_error(error: APIError) -> Response:
    return error_response(error.code, error.message, error.errors, error.headers)


def _on_faq_error(error: FAQError) -> Response:
    code = next(code for kind, code in _STATUS if isinstance(error, kind))
    if isinstance(error, InvalidData):
        return error_response(code, UNUSABLE, by_field(error.problems))
    if isinstance(error, SiteNotFound):
        return error_response(code, NO_SITE)
    if isinstance(error, EntryNotFound):
        return error_response(code, NO_ENTRY)
    if isinstance(error, EntryExists):
        return error_response(code, f"The id {error.entry_id!r} is taken: PUT changes that entry.")
    if code >= 500:
        # What went wrong inside is for the log; a visitor's page gets one plain sentence.
        log.error("store failure", extra={"facts": {"error": str(error)}})
        message = "The FAQ's database does not answer as it should: try again in a moment."
        headers = {"Retry-After": "5"} if code == 503 else {}
        return error_response(code, message, headers=headers)
    return error_response(code, str(error))


def _on_recursion(_: RecursionError) -> Response:
    return error_response(400, "The data is nested too deeply: a few levels are enough.")


def _on_crash(error: Exception) -> Response:
    # The text of an exception can hold what a visitor typed: its type and place are enough.
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
    log.error("unexpected failure: %s at %s", type(error).__name__, places)
    return error_response(500, "Something went wrong in the server: it has been noted in its log.")
