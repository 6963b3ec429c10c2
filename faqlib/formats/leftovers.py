"""What a page leaves behind when it is copied: button labels, toggles, notices.

Only a line that holds nothing else is ever taken for one, and it is always reported.
"""

from __future__ import annotations

import re

_BUTTONS = {
    "a loading message": "loading|loading content|please wait|wird geladen|cargando|chargement",
    "a button of the page": "(?:read|show|see|view|load|learn) (?:more|less|all)"
    "|(?:expand|collapse|open|close) all|(?:show|hide) answer|mehr (?:lesen|anzeigen)"
    "|weiterlesen|leer más|ver más|lire la suite|en savoir plus|click to (?:expand|open)",
    "navigation of the page": "(?:back|scroll|return) to (?:the )?top|go to top"
    "|skip to (?:the )?(?:main )?content|skip navigation|toggle (?:navigation|menu)"
    "|nach oben|zum inhalt springen|volver arriba|haut de page",
    "a share or print button": "share|share this(?: page| article| post)?|tweet|print"
    "|print this page|print friendly|email this page|copy link",
    "a cookie notice": "accept|accept(?: all)?(?: cookies)?|reject all|(?:cookie|privacy) settings"
    "|manage cookies|cookie (?:preferences|policy)|alle akzeptieren|aceptar(?: todo)?",
    "a line of the page's footer": "(?:©|\\(c\\)|copyright\\b).{0,150}"
    "|.{0,120}\\ball rights reserved",
}
_PATTERNS = {reason: re.compile(pattern) for reason, pattern in _BUTTONS.items()}
_TOGGLE = re.compile(r"[+\-−–—×✕▲▼▴▾▸▹►‣›»«‹^|_=]{1,3}|-{3,}|_{3,}|={3,}|\*{3,}")
_CONSENT = re.compile(
    r"(?=.*\bcookies?\b).*\b(?:by (?:continuing|using)|you (?:agree|consent|accept))"
)
_LONGEST = 300


def leftover(line: str) -> str | None:
    """What the line is a left-over of, or ``None`` if it may belong to an answer."""
    if not line or len(line) > _LONGEST:
        return None
    if _TOGGLE.fullmatch(line):
        return "a toggle or rule without words"
    text = " ".join(line.casefold().split()).strip(" .…:»›→↑↓▼▾+[]")
    for reason, pattern in _PATTERNS.items():
        if pattern.fullmatch(text):
            return reason
    return "a cookie notice" if _CONSENT.match(text) else None
