"""From ready-made bytes to a response: ETag, 304, compression and what caches may do."""

from __future__ import annotations

from flask import Response, request

from widget_server.compression import Body, choose_encoding
from widget_server.settings import Settings

IMMUTABLE = "public, max-age=31536000, immutable"
PRIVATE = "private, no-store"


def cacheable(settings: Settings) -> str:
    """The ``Cache-Control`` of public answers that an edit can change."""
    return (
        f"public, max-age={settings.max_age}, "
        f"stale-while-revalidate={settings.stale_while_revalidate}, "
        f"stale-if-error={settings.stale_if_error}"
    )


def send(body: Body, cache_control: str) -> Response:
    """``body`` in the client's encoding, or 304 when it has it already."""
    environ = request.environ
    encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    data, encoding = body.encoded(encoding)
    held = environ.get("HTTP_IF_NONE_MATCH")
    if held is not None and body.matches(held):
        response = Response(status=304)
    else:
        response = Response(data, mimetype=body.mimetype)
        if encoding:
            response.headers["Content-Encoding"] = encoding
    response.headers["ETag"] = body.etag(encoding)
    response.headers["Cache-Control"] = cache_control
    response.headers.add("Vary", "Accept-Encoding")
    return response
