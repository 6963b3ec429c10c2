"""The thin Flask skin over faqlib: request, library, JSON.

>>> from widget_server import create_app
>>> app = create_app({"semantic": False})        # the example sites, from memory
>>> app.test_client().get("/api/v1/sites/exosomes").json["id"]
'exosomes'

Names are loaded when they are first used, so that the command answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from widget_server.app import create_app
    from widget_server.extension import FAQServer
    from widget_server.settings import Settings, SettingsError

_HOMES = {
    "FAQServer": "extension",
    "Settings": "settings",
    "SettingsError": "settings",
    "create_app": "app",
}
__all__ = ["FAQServer", "Settings", "SettingsError", "create_app"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'widget_server' has no attribute {name!r}")
    return getattr(import_module(f"widget_server.{_HOMES[name]}"), name)
