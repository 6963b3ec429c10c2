"""The application that a WSGI server loads: ``widget_server.wsgi:app``, set up by ``FAQ_…``."""

from __future__ import annotations

import logging
import threading

from widget_server.app import create_app
from widget_server.housekeeping import start
from widget_server.settings import Settings
from widget_server.state import NAME, Server
from widget_server.watch import log_to_stderr

log_to_stderr()
app = create_app(Settings.from_env())
here: Server = app.extensions[NAME]
here.clinics.warm()
threading.Thread(target=here.clinics.embed, name="embed", daemon=True).start()
start(app)
logging.getLogger("widget_server").info("worker ready")
