"""The application that a WSGI server loads: ``widget_server.wsgi:app``, set up by ``FAQ_…``."""

from __future__ import annotations

import gc
import logging
import os
import threading

from widget_server.app import create_app
from widget_server.housekeeping import start
from widget_server.log_lines import log_to_stderr
from widget_server.patience import THREADS, Patience
from widget_server.settings import Settings
from widget_server.state import NAME, Server

log_to_stderr()
settings = Settings.from_env()
app = create_app(settings)
app.wsgi_app = Patience(  # type: ignore[method-assign]
    app.wsgi_app,
    threads=int(os.environ.get(THREADS, "2")),
    body_limit=settings.body_limit,
    proxied=settings.proxies > 0,
)
here: Server = app.extensions[NAME]
here.clinics.background = True
here.clinics.warm()
# What is here now stays: else the collector would read all of it again every twenty thousand
# answers, and answer nobody meanwhile.
gc.freeze()
threading.Thread(target=here.clinics.embed, name="embed", daemon=True).start()
start(app)
logging.getLogger("widget_server").info("worker ready")
