"""From ready-made bytes to a response: ETag, 304, compression and what caches may do."""

from __future__ import annotations

from flask import Response, request

from faqlib import Snapshot
from widget_server.answering import Again
from widget_server.compression import Body, choose_encoding, etag, is_held
from widget_server.replays import Replayable
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
    """``body`` in the client's encoding, or 304 when it has it already.

    What is not final is kept by nobody, whatever ``cache_control`` says.
    """
    environ = request.environ
    encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    data, encoding = body.encoded(encoding)
    held = environ.get("HTTP_IF_NONE_MATCH")
    if held is not None and is_held(body.tag, held):
        # Its type decides about the other headers, and does not stand in a 304 itself.
        response = Response(status=304, mimetype=body.mimetype)
    else:
        response = Response(data, mimetype=body.mimetype)
        if encoding:
            response.headers["Content-Encoding"] = encoding
    response.headers["ETag"] = etag(body.tag, encoding)
    response.headers["Cache-Control"] = cache_control if body.final else "no-store"
    response.headers.add("Vary", "Accept-Encoding")
    return response


def send_often(
    body: Body, cache_control: str, faq: Snapshot | None = None, others: Again | None = None
) -> Response:
    """The same, and from now on without Flask for whoever asks just so.

    Args:
        body: what is sent.
        cache_control: what caches may do.
        faq: what the answer was made of, for as long as it is current; ``None`` for ever.
        others: makes answers that differ from this one by their query only.
    """
    if not body.final:
        return send(body, cache_control)
    rule = request.url_rule
    request.environ["faq.tag"] = body.tag
    request.environ["faq.replay"] = Replayable(
        site=faq.site.id if faq is not None else "",
        revision=str(faq.cursor) if faq is not None else "",
        route=rule.rule if rule is not None else "",
        again=others,
    )
    return send(body, cache_control)
