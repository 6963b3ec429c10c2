"""Headers that every response carries, and the policy of the pages."""

from __future__ import annotations

from flask import Flask, Response, request

# No inline script or style anywhere; nothing from another host; no HTML from strings in scripts.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {pictures}; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {ancestors}; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_COMMON = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()"),
)


def install(app: Flask, *, https: bool) -> None:
    """Add the headers to every response of ``app``."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        for name, value in _COMMON:
            headers[name] = value
        if "Content-Security-Policy" not in headers:
            page = response.mimetype == "text/html"
            headers["Content-Security-Policy"] = page_policy() if page else DATA_POLICY
        if "Cross-Origin-Resource-Policy" not in headers:
            # What the widget loads is for every page; pages and the editing API are not.
            shared = request.path.startswith(("/api/v1/sites/", "/widget", "/embed/"))
            headers["Cross-Origin-Resource-Policy"] = "cross-origin" if shared else "same-origin"
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


def page_policy(ancestors: str = "'none'", *, answers: bool = False) -> str:
    """The Content-Security-Policy of an HTML page that ``ancestors`` may frame.

    Args:
        ancestors: the origins that may frame it.
        answers: whether it shows answers, which may hold pictures from anywhere over https.
    """
    return PAGE_POLICY.format(ancestors=ancestors, pictures="data: https:" if answers else "data:")
