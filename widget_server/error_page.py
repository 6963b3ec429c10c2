"""A failure as a page, for whoever opens an address in a browser.

Programs get the one JSON shape: they do not ask for HTML, and the API never has any.
"""

from __future__ import annotations

from flask import Response, render_template, request

from widget_server.pages import page_file

# What programs and the widget read; the rest is pages.
_DATA = ("/api/", "/embed/", "/widget", "/assets/")


def for_browsers(response: Response) -> Response:
    """A failure as a page in the words of its JSON, if a browser asked for a page."""
    accepted = request.headers.get("Accept", "")
    wanted = "text/html" in accepted and not request.path.startswith(_DATA)
    if response.status_code >= 400 and wanted and response.is_json:
        failure = response.get_json()
        styles = page_file("pages.css")
        response.set_data(render_template("error.html", failure=failure, styles=styles))
        response.mimetype = "text/html"
    return response
