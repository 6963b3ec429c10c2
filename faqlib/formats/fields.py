"""The names under which clinics' files keep an entry's fields, and how values are written there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# Folded as in _fold(). A name stands for the field in whose line it is found first.
_SYNONYMS = {
    "id": "id slug key identifier ref reference uid entryid faqid kennung",
    "question": "question questions q title frage fragen pregunta heading "
    "faq faqquestion subject name prompt domanda vraag pergunta sporgsmal questiontext",
    "answer": "answer answers a body content text response reply antwort antworten respuesta "
    "reponse description faqanswer solution risposta antwoord resposta svar answertext html",
    "category": "category categories section topic group theme kategorie rubrik categoria "
    "categorie thema tema bereich area department faqcategory",
    "tags": "tags tag keywords keyword labels label stichworte schlagworte etiquetas motscles",
    "aliases": "aliases alias alsoasked alternatives alternativequestions variants variations "
    "synonyms otherquestions similarquestions rephrasings",
    "lang": "lang language locale sprache idioma langue lingua taal languagecode",
    "status": "status state published zustand estado",
    "position": "position order sort sortorder rank weight index reihenfolge orden ordre",
    "pinned": "pinned pin featured sticky highlight",
    "reviewed_by": "reviewedby reviewer approvedby checkedby",
    "last_reviewed": "lastreviewed reviewedon reviewed reviewdate lastreview lastchecked",
    "review_due": "reviewdue nextreview reviewby duedate",
    "sources": "sources source links link url references evidence",
    "notice": "notice caution disclaimer warning hinweis aviso avertissement",
    "updated_at": "updatedat updated lastupdated modified lastmodified changedat",
}
FIELDS = tuple(_SYNONYMS)
_FIELD_OF = {word: field for field, words in reversed(_SYNONYMS.items()) for word in words.split()}


def field_of(header: str) -> str | None:
    """The field that a column or key of this name holds, or ``None``."""
    return _FIELD_OF.get(_fold(header))


def columns_of(headers: Sequence[str]) -> list[str | None]:
    """The field in each column. Where several could be one field, the best name has it."""
    columns = [field_of(header) for header in headers]
    for field in set(columns) - {None}:
        rivals = [index for index, column in enumerate(columns) if column == field]
        best = min(_rank(headers[index]) for index in rivals)
        for index in rivals:
            if _rank(headers[index]) != best:
                columns[index] = None
    return columns


def _rank(header: str) -> int:
    words = _SYNONYMS[_FIELD_OF[_fold(header)]].split()
    return words.index(_fold(header))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())


def rename(data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` with keys such as ``q`` and ``body`` under their fields' names.

    Where a ``question`` stands, the keys are meant as they are. Two keys for one field stay as
    they are too: the schema names them.
    """
    if "question" in data:
        return dict(data)
    renamed = {field_of(key) or key: value for key, value in data.items()}
    return renamed if len(renamed) == len(data) else dict(data)


def loosen(data: Mapping[str, Any]) -> dict[str, Any]:
    """Values that are texts in the file, in the types that the schema asks for."""
    loose = {key: value for key, value in data.items() if value is not None}
    for key, value in loose.items():
        if not isinstance(value, str):
            continue
        if key == "position":
            loose[key] = _number(value)
        elif key == "status":
            loose[key] = value.strip().lower()
        elif key in ("last_reviewed", "review_due"):
            loose[key] = _date(value)
        elif key in LIST_READERS:
            loose[key] = LIST_READERS[key](value)
    for key in (
        "position",
        "pinned",
        "lang",
        "status",
        "last_reviewed",
        "review_due",
        "updated_at",
    ):
        if loose.get(key) == "":
            del loose[key]
    return loose


def _number(text: str) -> int | str:
    return int(text) if re.fullmatch(r"\s*[-+]?[0-9]{1,12}\s*", text) else text


def _date(text: str) -> str:
    """A date as it stands; as Excel saves it in much of Europe, ``31.5.2026``, it is made ISO."""
    found = re.fullmatch(r"\s*([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})\s*", text)
    return "{2}-{1:0>2}-{0:0>2}".format(*found.groups()) if found else text


def split_tags(text: str) -> list[str]:
    """Tags divided by ``;``, ``|`` or line ends; by commas where none of these stands."""
    return _parts(r"[;|\n]" if re.search(r"[;|\n]", text) else ",", text)


def split_aliases(text: str) -> list[str]:
    """Questions divided by line ends or ``|``: commas and semicolons belong to them."""
    return _parts(r"[|\n]", text)


def split_sources(text: str) -> list[dict[str, str]]:
    """Sources, one a line: ``Title <https://…>``, a bare address, or a title alone."""
    return [_source(line) for line in _parts(r"\n", text)]


def _source(line: str) -> dict[str, str]:
    if (found := re.fullmatch(r"(?P<title>[^<>]*?) ?<(?P<url>[^<>\s]+)>", line)) is not None:
        return found.groupdict()
    if re.match(r"(?:https?://|mailto:|tel:)\S+$", line):
        return {"title": "", "url": line}
    return {"title": line, "url": ""}


def _parts(separator: str, text: str) -> list[str]:
    return [part.strip() for part in re.split(separator, text) if part.strip()]


LIST_READERS: dict[str, Callable[[str], list[Any]]] = {
    "tags": split_tags,
    "aliases": split_aliases,
    "sources": split_sources,
}
