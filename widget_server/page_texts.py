"""The words of the served FAQ page; a site's own ``texts`` go first."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from faqlib import Site
from widget_server.places import find

_KEYS = (
    "title", "search", "submit", "contents", "results", "none", "unsure", "suggest", "all",
    "notice", "reviewed", "by", "sources", "related", "contact", "other", "language", "urgent",
    "top", "empty",
)  # fmt: skip
_WORDS = {
    "en": (
        "Questions and answers", "Search the questions", "Search", "Contents", "Found for",
        "There is no answer to that here.", "Perhaps not quite what you meant:", "Did you mean",
        "All questions", "Please note", "Reviewed", "by", "Sources", "Related questions",
        "Contact us", "More questions", "Language", "Important", "Back to the top",
        "There are no questions here yet.",
    ),
    "de": (
        "Fragen und Antworten", "Fragen durchsuchen", "Suchen", "Inhalt", "Gefunden für",
        "Darauf gibt es hier keine Antwort.", "Vielleicht nicht ganz, was Sie meinen:",
        "Meinten Sie", "Alle Fragen", "Bitte beachten", "Geprüft", "von", "Quellen",
        "Verwandte Fragen", "Kontakt", "Weitere Fragen", "Sprache", "Wichtig", "Nach oben",
        "Hier stehen noch keine Fragen.",
    ),
    "es": (
        "Preguntas y respuestas", "Buscar en las preguntas", "Buscar", "Contenido",
        "Encontrado para", "Aquí no hay respuesta a eso.",
        "Quizá no sea exactamente lo que busca:", "¿Quiso decir", "Todas las preguntas",
        "Tenga en cuenta", "Revisado", "por", "Fuentes", "Preguntas relacionadas", "Contacto",
        "Más preguntas", "Idioma", "Importante", "Volver arriba",
        "Aquí aún no hay preguntas.",
    ),
    "fr": (
        "Questions et réponses", "Rechercher dans les questions", "Rechercher", "Sommaire",
        "Résultats pour", "Il n’y a pas de réponse à cela ici.",
        "Peut-être pas tout à fait ce que vous cherchez :", "Vouliez-vous dire",
        "Toutes les questions", "À noter", "Vérifié", "par", "Sources", "Questions proches",
        "Contact", "Autres questions", "Langue", "Important", "Haut de page",
        "Il n’y a pas encore de questions ici.",
    ),
    "it": (
        "Domande e risposte", "Cerca tra le domande", "Cerca", "Indice", "Risultati per",
        "Qui non c’è una risposta a questo.", "Forse non è proprio quello che cercava:",
        "Forse cercava", "Tutte le domande", "Nota bene", "Verificato", "da", "Fonti",
        "Domande correlate", "Contatti", "Altre domande", "Lingua", "Importante", "Torna su",
        "Qui non ci sono ancora domande.",
    ),
    "pt": (
        "Perguntas e respostas", "Pesquisar nas perguntas", "Pesquisar", "Índice",
        "Resultados para", "Não há aqui resposta para isso.",
        "Talvez não seja bem o que procura:", "Quis dizer", "Todas as perguntas", "Atenção",
        "Revisto", "por", "Fontes", "Perguntas relacionadas", "Contacto", "Mais perguntas",
        "Idioma", "Importante", "Voltar ao início", "Ainda não há perguntas aqui.",
    ),
    "nl": (
        "Vragen en antwoorden", "Zoek in de vragen", "Zoeken", "Inhoud", "Gevonden voor",
        "Daar staat hier geen antwoord op.", "Misschien niet precies wat u bedoelde:",
        "Bedoelde u", "Alle vragen", "Let op", "Nagekeken", "door", "Bronnen",
        "Verwante vragen", "Contact", "Meer vragen", "Taal", "Belangrijk", "Naar boven",
        "Hier staan nog geen vragen.",
    ),
    "pl": (
        "Pytania i odpowiedzi", "Szukaj w pytaniach", "Szukaj", "Spis treści", "Wyniki dla",
        "Nie ma tu odpowiedzi na to pytanie.", "Być może nie do końca o to chodziło:",
        "Czy chodziło o", "Wszystkie pytania", "Uwaga", "Sprawdzono", "przez", "Źródła",
        "Powiązane pytania", "Kontakt", "Więcej pytań", "Język", "Ważne", "Do góry",
        "Nie ma tu jeszcze pytań.",
    ),
    "ar": (
        "أسئلة وأجوبة", "ابحث في الأسئلة", "بحث", "المحتويات", "نتائج البحث عن",
        "لا توجد هنا إجابة عن ذلك.", "قد لا يكون هذا ما قصدته تمامًا:", "هل تقصد", "كل الأسئلة",
        "يُرجى الانتباه", "تمت المراجعة", "بواسطة", "المصادر", "أسئلة ذات صلة", "اتصل بنا",
        "أسئلة أخرى", "اللغة", "مهم", "العودة إلى الأعلى", "لا توجد أسئلة هنا بعد.",
    ),
    "he": (
        "שאלות ותשובות", "חיפוש בשאלות", "חיפוש", "תוכן", "תוצאות עבור", "אין כאן תשובה לכך.",
        "אולי לא בדיוק מה שהתכוונתם:", "האם התכוונתם ל", "כל השאלות", "לתשומת לבכם", "נבדק",
        "על ידי", "מקורות", "שאלות קשורות", "יצירת קשר", "שאלות נוספות", "שפה", "חשוב",
        "חזרה למעלה", "אין כאן עדיין שאלות.",
    ),
    "zh": (
        "常见问题解答", "搜索问题", "搜索", "目录", "搜索结果：", "这里没有相关答案。",
        "可能不完全是您要找的：", "您是不是要找", "所有问题", "请注意", "审核", "审核人：",
        "来源", "相关问题", "联系我们", "更多问题", "语言", "重要提示", "返回顶部",
        "这里还没有问题。",
    ),
    "ja": (
        "よくあるご質問", "質問を検索", "検索", "目次", "検索結果：",
        "こちらには該当する回答がありません。", "お探しのものとは少し違うかもしれません：",
        "もしかして", "すべての質問", "ご注意", "確認", "確認者：", "出典", "関連する質問",
        "お問い合わせ", "その他の質問", "言語", "重要", "ページの先頭へ",
        "まだ質問がありません。",
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


@functools.cache
def known_names() -> dict[str, frozenset[str]]:
    """What has a name in a site's settings: each text of page and widget, and each look."""
    widget = json.loads(find("static/i18n/de.json").read_text("utf-8"))
    looks = ("accent", "text", "background", "radius", "size")
    return {"texts": frozenset((*_KEYS, "intro", *widget)), "theme": frozenset(looks)}


def unknown_names(settings: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """What nothing would show, by setting and name, with the names that there are."""
    found: dict[str, dict[str, list[str]]] = {}
    for part, known in known_names().items():
        given = settings.get(part)
        wrong = given.keys() - known if isinstance(given, Mapping) else ()
        message = f"is no name that is known: there are {', '.join(sorted(known))}."
        if wrong:
            found[part] = {name: [message] for name in sorted(wrong)}
    return found


def language_name(lang: str) -> str:
    """The language's own name, or its tag."""
    return NAMES.get(lang.split("-")[0].lower(), lang)
