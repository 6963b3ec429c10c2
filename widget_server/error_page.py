"""A failure as a page, for whoever opens an address in a browser.

Programs get the one JSON shape: they do not ask for HTML, and the API never has any.
"""

from __future__ import annotations

from flask import Response, render_template, request

from widget_server.pages import page_file

# What programs and the widget read; the rest is pages.
_DATA = ("/api/", "/embed/", "/widget", "/assets/")


def is_wanted() -> bool:
    """Whether the present request is that of a browser for a page."""
    accepted = request.headers.get("Accept", "")
    return "text/html" in accepted and not request.path.startswith(_DATA)


def error_page(code: int, status: str, message: str) -> Response:
    """The page, in the words of the JSON."""
    html = render_template(
        "error.html",
        code=code,
        status=status,
        message=message,
        styles=page_file("pages.css"),
        root=request.script_root,
    )
    return Response(html, code, mimetype="text/html")
