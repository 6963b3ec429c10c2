"""The files that pages load: the widget, its texts and the pages' own styles, ready to send.

The widget is minified once, at the start. Its bytes' hash stands in the address of its
unchanging twin, ``/widget-{hash}.js``, which pages pin with ``integrity``. Each twin that was
ever served is kept in the database, so that an upgrade of the server does not take the script
away from pages that pin an older one.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from functools import lru_cache
from pathlib import Path

import minify
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from faqlib import FAQError
from widget_server.compression import Body
from widget_server.places import HERE, find
from widget_server.records import Records
from widget_server.records.tables import widgets

SCRIPT = "text/javascript"
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_TYPES = {".css": "text/css", ".js": SCRIPT, ".svg": "image/svg+xml"}


class Assets:
    """The ready-made files of one application; thread-safe."""

    def __init__(self, records: Records) -> None:
        self._records = records
        script = _minified(find("static/widget.js"), SCRIPT)
        self.hash = short_hash(script)
        self.integrity = integrity(script)
        self.widget = Body(script, self.hash, SCRIPT, effort="best")
        self._old: dict[str, Body] = {}
        self._keep(script)

    @property
    def pinned_name(self) -> str:
        """The file name of the unchanging twin."""
        return f"widget-{self.hash}.js"

    def twin(self, wanted: str) -> Body | None:
        """The widget whose bytes have this hash, today's or an older one."""
        if wanted == self.hash:
            return self.widget
        if not wanted.isalnum():
            return None  # no hash looks like that, and not every database takes any text
        if wanted not in self._old:
            with self._records.begin() as connection:
                row = connection.execute(select(widgets).where(widgets.c.hash == wanted)).first()
            if row is None:
                return None
            self._old[wanted] = Body(row.body, wanted, SCRIPT, effort="best")
        return self._old[wanted]

    @staticmethod
    def texts(lang: str) -> Body | None:
        """The widget's interface texts in a language, or ``None``."""
        return _texts(lang) if _LANG.fullmatch(lang) else None

    @staticmethod
    def page_file(name: str) -> Body | None:
        """A style, script or drawing of the server's own pages, or ``None``."""
        return page_files().get(name)

    def _keep(self, script: bytes) -> None:
        values = {"hash": self.hash, "body": script, "added_at": int(time.time())}
        try:
            with self._records.begin() as connection:
                known = select(widgets.c.hash).where(widgets.c.hash == self.hash)
                if connection.scalar(known) is None:
                    connection.execute(insert(widgets).values(values))
        except (IntegrityError, FAQError):
            return  # another worker was faster


def short_hash(content: bytes) -> str:
    """The part of a sha256 that stands in addresses and ETags."""
    return hashlib.sha256(content).hexdigest()[:12]


def integrity(content: bytes) -> str:
    """The value of an ``integrity`` attribute for these bytes."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")


def languages() -> list[str]:
    """The languages in which the widget has its own texts; English stands in the script."""
    try:
        folder = find("static/i18n")
    except FileNotFoundError:
        return ["en"]
    return sorted({"en", *(path.stem for path in folder.glob("*.json"))})


@lru_cache(maxsize=4)
def _minified(path: Path, mimetype: str) -> bytes:
    made: str = minify.string(mimetype, path.read_text("utf-8"))
    return made.encode("utf-8")


@lru_cache(maxsize=64)
def _texts(lang: str) -> Body | None:
    # The name was checked: it cannot lead out of the folder.
    try:
        content = find(f"static/i18n/{lang}.json").read_bytes()
    except FileNotFoundError:
        return None
    return Body(content, short_hash(content), effort="best")


@lru_cache(maxsize=1)
def page_files() -> dict[str, Body]:
    """Every file in ``assets/`` by name."""
    found = {}
    for path in sorted((HERE / "assets").iterdir()):
        mimetype = _TYPES.get(path.suffix)
        if mimetype == "image/svg+xml":
            content = path.read_bytes()
        elif mimetype:
            content = _minified(path, mimetype)
        else:
            continue
        found[path.name] = Body(content, short_hash(content), mimetype, effort="best")
    return found
