"""The words of the served FAQ page; a site's own ``texts`` go first."""

from __future__ import annotations

import json

from faqlib import Site
from widget_server.places import find

_KEYS = (
    "title", "search", "submit", "contents", "results", "none", "unsure", "suggest", "all",
    "notice", "reviewed", "by", "sources", "related", "contact", "other", "language", "urgent",
    "top",
)  # fmt: skip
_WORDS = {
    "en": (
        "Questions and answers", "Search the questions", "Search", "Contents", "Found for",
        "There is no answer to that here.", "Perhaps not quite what you meant:", "Did you mean",
        "All questions", "Please note", "Reviewed", "by", "Sources", "Related questions",
        "Contact us", "More questions", "Language", "Important", "Back to the top",
    ),
    "de": (
        "Fragen und Antworten", "Fragen durchsuchen", "Suchen", "Inhalt", "Gefunden für",
        "Darauf gibt es hier keine Antwort.", "Vielleicht nicht ganz, was Sie meinen:",
        "Meinten Sie", "Alle Fragen", "Bitte beachten", "Geprüft", "von", "Quellen",
        "Verwandte Fragen", "Kontakt", "Weitere Fragen", "Sprache", "Wichtig", "Nach oben",
    ),
    "es": (
        "Preguntas y respuestas", "Buscar en las preguntas", "Buscar", "Contenido",
        "Encontrado para", "Aquí no hay respuesta a eso.",
        "Quizá no sea exactamente lo que busca:", "¿Quiso decir", "Todas las preguntas",
        "Tenga en cuenta", "Revisado", "por", "Fuentes", "Preguntas relacionadas", "Contacto",
        "Más preguntas", "Idioma", "Importante", "Volver arriba",
    ),
    "fr": (
        "Questions et réponses", "Rechercher dans les questions", "Rechercher", "Sommaire",
        "Résultats pour", "Il n’y a pas de réponse à cela ici.",
        "Peut-être pas tout à fait ce que vous cherchez :", "Vouliez-vous dire",
        "Toutes les questions", "À noter", "Vérifié", "par", "Sources", "Questions proches",
        "Contact", "Autres questions", "Langue", "Important", "Haut de page",
    ),
}  # fmt: skip
# How languages call themselves, for the language menu.
NAMES = {
    "ar": "العربية", "de": "Deutsch", "en": "English", "es": "Español", "fr": "Français",
    "he": "עברית", "it": "Italiano", "ja": "日本語", "nl": "Nederlands", "pl": "Polski",
    "pt": "Português", "zh": "中文",
}  # fmt: skip


def page_texts(site: Site, lang: str) -> dict[str, str]:
    """The texts for a page in ``lang``, English where there are none."""
    words = _WORDS.get(lang.split("-")[0].lower(), _WORDS["en"])
    texts = dict(zip(_KEYS, words, strict=True))
    own = site.texts if lang.split("-")[0] == site.lang.split("-")[0] else {}
    return texts | {key: value for key, value in own.items() if key in (*_KEYS, "intro")}


def text_names() -> set[str]:
    """The names of all texts that a site may have its own of, on the page and in the widget."""
    widget = json.loads(find("static/i18n/de.json").read_text("utf-8"))
    return {*_KEYS, "intro", *widget}


def language_name(lang: str) -> str:
    """The language's own name, or its tag."""
    return NAMES.get(lang.split("-")[0].lower(), lang)
