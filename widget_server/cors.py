"""Which origin may read a site's answers: decided here, said by flask-cors.

A site that lists no origins is open: ``*``, whoever asks. A site that lists some means exactly
those, letter by letter. flask-cors would read an origin with a special character as a pattern
and would leave ``Vary`` out of refusals, so it is only handed an origin that was allowed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Request, Response
from flask_cors.core import DEFAULT_OPTIONS, serialize_options, set_cors_headers

from faqlib import Site
from widget_server.errors import APIError

_RULES: dict[str, Any] = {
    **DEFAULT_OPTIONS,
    "methods": ["GET", "HEAD", "POST", "OPTIONS"],
    "allow_headers": ["content-type"],
    "max_age": 86_400,
    "supports_credentials": False,
    "allow_private_network": False,
}
_OPEN = serialize_options(_RULES | {"origins": "*", "send_wildcard": True, "always_send": True})


@lru_cache(maxsize=1_000)
def _only(origin: str) -> Any:
    # `Vary` is added below, on refusals too.
    return serialize_options(
        _RULES | {"origins": [origin], "always_send": False, "vary_header": False}
    )


def check(site: Site, request: Request) -> None:
    """Let the request pass, or refuse it.

    Raises:
        APIError: 403, naming the origin and the command that adds it.
    """
    origin = request.headers.get("Origin")
    if not site.origins or not origin or origin in site.origins:
        return
    if origin.partition("://")[2] == request.host:
        return  # this server's own pages; the browser asks for no permission there
    raise APIError(403, refusal(site, origin))


def add_headers(site: Site | None, request: Request, response: Response) -> None:
    """Add the CORS headers for ``site``, or for an unknown one with ``None``."""
    if site is None or not site.origins:
        set_cors_headers(response, _OPEN)
        return
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin")
    if origin is not None and origin in site.origins:
        set_cors_headers(response, _only(origin))


def refusal(site: Site, origin: str) -> str:
    """Why ``origin`` was refused and what to do, in the words of the error."""
    if origin == "null":
        return (
            "A page that was opened from a file, or in a sandboxed frame, has no origin that could "
            f"be listed. To let every page read this FAQ: widget-server site set {site.id} "
            "--any-origin"
        )
    shown = origin[:200]
    twin = other_form(shown)
    hint = ""
    if twin in site.origins:
        hint = f" ({twin} is allowed, but www and no www are two different origins.)"
    return (
        f"Pages of the origin {shown!r} may not read this FAQ.{hint} "
        f"To allow it: widget-server site set {site.id} --add-origin {shown}"
    )


def other_form(origin: str) -> str:
    """The same origin with ``www.`` added or taken away."""
    scheme, _, host = origin.partition("://")
    host = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    return f"{scheme}://{host}"
