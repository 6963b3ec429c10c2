"""The thin Flask skin over faqlib: request, library, JSON.

>>> from widget_server import create_app
>>> app = create_app()          # the example sites, from memory
>>> app.test_client().get("/api/v1/sites/exosomes").json["id"]
'exosomes'
"""

from __future__ import annotations

from widget_server.app import create_app
from widget_server.settings import Settings, SettingsError

__all__ = ["Settings", "SettingsError", "create_app"]
