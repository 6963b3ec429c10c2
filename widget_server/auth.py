"""Who may edit: the bearer token of a request, and what it covers."""

from __future__ import annotations

from flask import g, request

from widget_server import tokens
from widget_server.errors import NO_SITE, fail
from widget_server.state import server
from widget_server.tokens import Token

_CHALLENGE = 'Bearer realm="faqlib"'


def require_token() -> Token:
    """The valid token of this request.

    Only the ``Authorization`` header counts: addresses end up in logs.

    Raises:
        APIError: 401 without a valid token; 429 after too many wrong ones.
    """
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return accept_token(text.strip() if kind.lower() == "bearer" else "")


def accept_token(text: str) -> Token:
    """The token of this text, which is then the request's.

    Raises:
        APIError: 401 if it is none that is valid; 429 after too many wrong ones.
    """
    here = server()
    token = tokens.verify(here.records, text) if text else None
    if token is None:
        here.limits.spend("failed_tokens")
        fail(
            401,
            "A valid token is needed: make one with `widget-server token create`, and send it "
            "as `Authorization: Bearer …`.",
            WWW_Authenticate=_CHALLENGE,
        )
    here.limits.spend("admin")
    g.token = token
    return token


def allow(site: str | None, *, write: bool) -> None:
    """Check that the token covers ``site`` (``None``: all sites) and may write, if it has to.

    Another site is answered like one that does not exist, so that a token cannot be used to
    find out which there are.

    Raises:
        APIError: 404 for a site it does not cover, 403 where it may not write.
    """
    token: Token = g.token
    if not token.covers(site if site is not None else tokens.ALL_SITES):
        if site is None:
            fail(403, "This needs a token for all sites: `widget-server token create --all-sites`.")
        fail(404, NO_SITE)
    if write and not token.write:
        fail(403, "This token may only read: make one with `widget-server token create --write`.")


def actor() -> str:
    """Who is written into the history: the token's id, never its secret."""
    token: Token = g.token
    return f"token:{token.id}"
