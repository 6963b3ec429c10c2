"""The FAQ inside another Flask application, under a prefix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from markupsafe import Markup, escape
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from widget_server.app import create_app
from widget_server.settings import Settings


class FAQServer:
    """A Flask extension that mounts the whole server under a prefix of your application.

    >>> from flask import Flask
    >>> from widget_server import FAQServer
    >>> app = Flask("clinic")
    >>> faq = FAQServer(app, {"database": ""}, url_prefix="/faq")
    >>> app.test_client().get("/faq/api/v1/sites/exosomes").json["id"]
    'exosomes'

    In templates ``{{ faq_widget("northside") }}`` is the script tag.

    Args:
        app: the application, or ``None`` to call :meth:`init_app` later.
        settings: as for :func:`widget_server.create_app`.
        url_prefix: where the server stands, such as ``/faq``.
        store: a store that is open already.
    """

    def __init__(
        self,
        app: Flask | None = None,
        settings: Settings | Mapping[str, Any] | None = None,
        *,
        url_prefix: str = "/faq",
        store: Any = None,
    ) -> None:
        self._settings = settings
        self._prefix = "/" + url_prefix.strip("/")
        self._store = store
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Mount the server: errors, limits and headers of ``app`` stay its own.

        Raises:
            ValueError: when the prefix is empty.
        """
        if self._prefix == "/":
            raise ValueError("url_prefix is empty: name a path such as /faq.")
        inner = create_app(self._settings, store=self._store)
        app.extensions["faqlib"] = self
        app.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign]
            app.wsgi_app, {self._prefix: inner.wsgi_app}
        )
        app.jinja_env.globals["faq_widget"] = self.tag

    def tag(self, site: str, **options: str) -> Markup:
        """The script tag for ``site``, its data in it, with options such as ``mode="launcher"``."""
        chosen = {"site": site, **options}
        data = "".join(f' data-{escape(key)}="{escape(value)}"' for key, value in chosen.items())
        source = escape(f"{request.script_root}{self._prefix}/embed/{site}.js")
        return Markup(f'<script src="{source}"{data} defer></script>')  # noqa: S704 - escaped above
