"""The one door for outside data: marshmallow schemas with bounds.

Files, JSON and HTTP bodies become an :class:`~faqlib.model.Entry` or
:class:`~faqlib.model.Site` here and nowhere else. Text is cleaned in :func:`clean_text` alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate

from faqlib.errors import InvalidData, Problem
from faqlib.looks import what_is_wrong
from faqlib.model import STATUSES, Entry, Site, Source

QUESTION_LENGTH = 500
ANSWER_LENGTH = 50_000
LIST_LENGTH = 50
SITE_ID = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"
# Language, script, region, variants: of other tags browsers' Intl makes an error.
LANG = (
    r"^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3})){0,3}$"
)
_LANG_ERROR = (
    "is no language tag that browsers know: write the language, and if need be script and region, "
    "such as en, es, pt-BR or zh-Hant-TW."
)
SCHEMES = ("http", "https", "mailto", "tel")

# Line ends of other systems and of word processors.
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Overrides of the reading direction: one can make a text look like another (CVE-2021-42574).
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]|\ufeff")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def clean_text(text: str, *, lines: bool = False) -> str:
    r"""``text`` with line ends made ``\n`` and direction overrides and byte-order marks dropped.

    With ``lines=False`` line ends and tabs become single spaces. Every printable character
    stays as it is: there is no Unicode normalisation here.

    Raises:
        ValueError: on control characters and lone surrogates; the message names the first.
    """
    if (bad := _FORBIDDEN.search(text)) is not None:
        raise ValueError(
            f"has the control character U+{ord(bad[0]):04X} at position {bad.start()}: remove it."
        )
    if text.isprintable():
        return text
    cleaned = _BIDI.sub("", _LINE_ENDS.sub("\n", text))
    return cleaned if lines else re.sub(r"[\n\t]+", " ", cleaned)


def is_visible(text: str) -> bool:
    """Whether a reader would see anything: not only blanks, marks and invisible characters."""
    return any(unicodedata.category(char)[0] not in "ZCM" for char in text) or any(
        unicodedata.category(char) == "Co" for char in text
    )


class Text(fields.String):
    """A text that went through :func:`clean_text`."""

    def __init__(self, *, lines: bool = False, visible: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lines = lines
        self.visible = visible

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            text = clean_text(text, lines=self.lines)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if self.visible and not is_visible(text):
            raise ValidationError("is empty: write at least one visible character.")
        return text


class Link(Text):
    """An absolute address with one of the schemes http, https, mailto and tel, or empty."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if text and not is_safe_url(text):
            raise ValidationError(
                f"{text[:80]!r} is no address that can be linked: start it with https://, "
                "http://, mailto: or tel:."
            )
        return text


def is_safe_url(text: str) -> bool:
    """Whether ``text`` is absolute, has an allowed scheme, and hides no blank or control."""
    if re.search(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]", text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    if parts.scheme.lower() in ("http", "https"):
        return bool(parts.hostname)
    return parts.scheme.lower() in SCHEMES and bool(parts.path)


class Origin(Text):
    """A page's exact origin: scheme, host and, where it is not the default, port."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not re.fullmatch(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", text):
            raise ValidationError(
                f"{text[:80]!r} is no origin: write it as the browser sends it, in lower case "
                "and without a path or wildcard, such as https://www.clinic.example."
            )
        return re.sub(r"^(http://[^:]+):80$|^(https://[^:]+):443$", r"\1\2", text)


_NAME_ERROR = "is no name that is known: write it in lower case, as docs/embedding.md lists it."
_CONTACT = ("phone", "email", "url", "label")


class Contact(fields.Dict):
    """Ways to reach a clinic: each becomes a link, so each is what its name says."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        contact = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        wrong: dict[str, list[str]] = {}
        if contact.get("url") and not is_safe_url(contact["url"]):
            wrong["url"] = ["is no address that can be linked: start it with https:// or http://."]
        email = contact.get("email")
        if email and not re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"?]+", email):
            wrong["email"] = ["is no e-mail address: write it like office@clinic.example."]
        if wrong:
            raise ValidationError(wrong)
        return contact


def _has_no_repeats(tag: str) -> None:
    if re.match(LANG, tag) and not _is_lang(tag):
        raise ValidationError(_LANG_ERROR)


_LANG_CHECKS = (validate.Regexp(LANG, error=_LANG_ERROR), _has_no_repeats)


@lru_cache(maxsize=256)
def _is_lang(tag: str) -> bool:
    """Whether a language tag's parts are right, and no variant stands in it twice."""
    variants = [part for part in tag.lower().split("-")[1:] if len(part) > 4 or part[:1].isdigit()]
    return re.fullmatch(LANG, tag) is not None and len(variants) == len(set(variants))


class Theme(fields.Dict):
    """A theme's properties: each has a value that CSS knows, and none ends a rule or loads."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        theme = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        wrong = {name: what_is_wrong(name, look) for name, look in theme.items()}
        if found := {name: [message] for name, message in wrong.items() if message}:
            raise ValidationError(found)
        return theme


def _length(most: int) -> validate.Length:
    return validate.Length(max=most, error="has more than {max} characters: shorten it.")


def _items(most: int) -> validate.Length:
    return validate.Length(max=most, error="takes at most {max} items.")


def _texts(count: int = LIST_LENGTH, length: int = QUESTION_LENGTH) -> fields.List[str]:
    return fields.List(Text(visible=True, validate=_length(length)), validate=_items(count))


_BETTER = {
    "Missing data for required field.": "is missing: it has to be given.",
    "Field may not be null.": "is null: give a value, or leave the field out.",
    "Not a valid string.": "is no text: put it in quotes.",
    "Not a valid integer.": "is no whole number: write it in digits, without quotes.",
    "Not a valid boolean.": "has to be true or false.",
    "Not a valid list.": "is no list: put its items in [ ].",
    "Not a valid mapping type.": "is no mapping: write names with their values.",
    "Invalid input type.": "is no mapping: write names with their values.",
    "Not a valid date.": "is no date: write it like 2026-05-31.",
    "Not a valid {obj_type}.": "is no time: write it like 2026-05-31T09:00:00Z.",
    "Not a valid {awareness} {obj_type}.": "has no time zone: put Z, or +02:00, behind the time.",
}


def say_what_to_do(field: fields.Field[Any]) -> None:
    """Put messages that name the fix in place of marshmallow's own, where a field has those."""
    for part in (field, getattr(field, "inner", None), getattr(field, "value_field", None)):
        said = part.error_messages if part is not None else {}
        for key, text in said.items():
            said[key] = _BETTER.get(str(text), text)


class _Strict(Schema):
    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Marshmallow's hook."""
        say_what_to_do(field_obj)

    error_messages = {  # noqa: RUF012
        "unknown": "is not a field that is known here: check its spelling.",
        "type": _BETTER["Invalid input type."],
    }


class SourceSchema(_Strict):
    """A source's title and address."""

    title = Text(load_default="", validate=_length(QUESTION_LENGTH))
    url = Link(load_default="", validate=_length(2_000))

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Source:
        return Source(data["title"] or data["url"], data["url"])


class EntrySchema(_Strict):
    """An :class:`~faqlib.model.Entry`, both ways, with every bound."""

    id = Text(load_default="", validate=_length(200))
    question = Text(
        required=True,
        visible=True,
        validate=validate.Length(
            min=1, max=QUESTION_LENGTH, error="has to have 1 to 500 characters."
        ),
    )
    answer = Text(
        lines=True,
        load_default="",
        validate=validate.Length(
            max=ANSWER_LENGTH, error="has more than 50,000 characters: split the entry."
        ),
    )
    category = Text(load_default="", validate=_length(200))
    tags = _texts(length=100)
    aliases = _texts()
    lang = Text(
        load_default="en",
        validate=_LANG_CHECKS,
    )
    status = fields.String(
        load_default="published",
        validate=validate.OneOf(STATUSES, error="has to be one of {choices}."),
    )
    position = fields.Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(-(2**31), 2**31 - 1, error="has to be from {min} to {max}."),
    )
    pinned = fields.Boolean(load_default=False)
    reviewed_by = Text(load_default="", validate=_length(200))
    last_reviewed = fields.Date(load_default=None, allow_none=True)
    review_due = fields.Date(load_default=None, allow_none=True)
    sources = fields.List(
        fields.Nested(SourceSchema),
        validate=_items(LIST_LENGTH),
    )
    notice = Text(lines=True, load_default="", validate=_length(2_000))
    updated_at = fields.AwareDateTime(load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Entry:
        return Entry(**data)


class SiteSchema(_Strict):
    """A :class:`~faqlib.model.Site`, both ways, with every bound."""

    id = Text(
        required=True,
        validate=validate.Regexp(
            SITE_ID, error="has to be 1 to 64 lower-case letters, digits and hyphens."
        ),
    )
    name = Text(load_default="", validate=_length(200))
    lang = Text(
        load_default="en",
        validate=_LANG_CHECKS,
    )
    url = Link(load_default="", validate=_length(2_000))
    origins = fields.List(Origin(), validate=_items(LIST_LENGTH))
    categories = _texts(length=200)
    contact = Contact(
        keys=fields.String(validate=validate.OneOf(_CONTACT, error="has to be one of {choices}.")),
        values=Text(validate=_length(500)),
    )
    notice = Text(lines=True, load_default="", validate=_length(2_000))
    urgent_terms = _texts(200, 100)
    urgent_text = Text(lines=True, load_default="", validate=_length(2_000))
    texts = fields.Dict(
        keys=fields.String(validate=validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$", error=_NAME_ERROR)),
        values=Text(lines=True, validate=_length(2_000)),
    )
    theme = Theme(
        keys=fields.String(validate=validate.Regexp(r"^[a-z][a-z0-9-]{0,39}$", error=_NAME_ERROR)),
        values=Text(),
    )
    synonyms = fields.List(_texts(length=100), validate=_items(2_000))
    accept_questions = fields.Boolean(load_default=False)
    count_searches = fields.Boolean(load_default=False)
    webhook = Link(load_default="", validate=_length(2_000))

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Site:
        return Site(**data)


# Building a schema costs more than using it once; both are safe to share between threads.
_ENTRY, _SITE = EntrySchema(), SiteSchema()
_ENTRY_LENIENT = EntrySchema(unknown=EXCLUDE)


def load_entry(
    data: Mapping[str, Any],
    *,
    file: str = "",
    line: int | None = None,
    ignore_unknown: bool = False,
) -> Entry:
    """An entry from plain data, checked and cleaned.

    Raises:
        InvalidData: with one problem for each field that breaks a rule.
    """
    if (plain := _at_once(data)) is not None:
        return plain
    schema = _ENTRY_LENIENT if ignore_unknown else _ENTRY
    try:
        entry: Entry = schema.load(data)
    except ValidationError as error:
        name = data.get("id") or data.get("question") if isinstance(data, Mapping) else ""
        raise InvalidData(_problems(error, file, line, _shown(name))) from None
    return entry


def _at_once(data: Mapping[str, Any]) -> Entry | None:
    """The entry of data so plain that the schema would not change it, as most rows of a table."""
    if not isinstance(data, Mapping) or "question" not in data:
        return None
    if any(_KINDS.get(name) is not type(value) for name, value in data.items()):
        return None
    values: dict[str, Any] = {k: tuple(v) if type(v) is list else v for k, v in data.items()}
    entry = Entry(**values)
    return entry if _is_plainly_good(entry) else None


_KINDS: dict[str, type] = dict.fromkeys(
    ("id", "question", "answer", "category", "lang", "status", "reviewed_by", "notice"), str
) | dict.fromkeys(("tags", "aliases"), list)


def dump_entry(entry: Entry) -> dict[str, Any]:
    """Plain, JSON-ready data of ``entry``; what is at its default is left out."""
    # By hand: a file of a large FAQ is written in half the time that the schema takes.
    data: dict[str, Any] = {"id": entry.id, "question": entry.question, "answer": entry.answer}
    for name, default in _DEFAULTS.items():
        value = getattr(entry, name)
        if value and value != default:
            data[name] = _plain(value)
    return data


_DEFAULTS = {
    name: field.load_default
    for name, field in _ENTRY.fields.items()
    if name not in ("id", "question", "answer")
}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Source):
        return {"title": value.title, "url": value.url}
    return value.isoformat() if isinstance(value, date) else value


def load_site(data: Mapping[str, Any]) -> Site:
    """A site from plain data, checked and cleaned.

    Raises:
        InvalidData: with one problem for each field that breaks a rule.
    """
    try:
        site: Site = _SITE.load(data)
    except ValidationError as error:
        name = data.get("id") if isinstance(data, Mapping) else ""
        raise InvalidData(_problems(error, "", None, _shown(name))) from None
    return site


def dump_site(site: Site) -> dict[str, Any]:
    """Plain, JSON-ready data of ``site``."""
    data: dict[str, Any] = _SITE.dump(site)
    return data


def check_entry(entry: Entry) -> Entry:
    """``entry`` as it may be stored: cleaned, within bounds.

    Raises:
        InvalidData: with one problem for each field that breaks a rule.
        TypeError: if it is no entry at all.
    """
    if _is_plainly_good(entry):
        return entry
    if not isinstance(entry, Entry):
        raise TypeError(f"{entry!r:.60} is no Entry: plain data becomes one with load_entry().")
    # Not dumped by the schema, which would make a text of any value.
    return load_entry({name: _plain(getattr(entry, name)) for name in _ENTRY.fields})


def _is_plainly_good(entry: Entry) -> bool:
    """Whether an entry is so plain that its schema would give back the same: told much faster.

    What is not, such as an entry with sources or with a mark before its first letter, may be
    good all the same.
    """
    return (
        type(entry) is Entry
        and entry.sources == ()
        and type(entry.status) is str
        and entry.status in STATUSES
        and type(entry.position) is int
        and abs(entry.position) < 2**31
        and type(entry.pinned) is bool
        and (entry.last_reviewed is None or type(entry.last_reviewed) is date)
        and (entry.review_due is None or type(entry.review_due) is date)
        and (entry.updated_at is None or _is_utc(entry.updated_at))
        and all(map(_is_plain, _texts_of(entry), *_BOUNDS))
        and _is_lang(entry.lang)
        and all(
            type(texts) is tuple
            and len(texts) <= LIST_LENGTH
            and all(_is_plain(text, *bounds) for text in texts)
            for texts, bounds in ((entry.tags, _TAG), (entry.aliases, _ALIAS))
        )
    )


def _is_utc(time: object) -> bool:
    return type(time) is datetime and time.tzinfo is UTC


def _bounds(field: Any) -> tuple[int, bool, bool]:
    """Of a field of texts: the greatest length, whether something is seen, and line ends."""
    field = getattr(field, "inner", field)
    lengths = [check.max for check in field.validators if isinstance(check, validate.Length)]
    return lengths[0] or 0 if lengths else LIST_LENGTH, field.visible, field.lines


_TEXTS = [name for name, field in _ENTRY.fields.items() if isinstance(field, Text)]
_texts_of = attrgetter(*_TEXTS)
_BOUNDS = tuple(zip(*[_bounds(_ENTRY.fields[name]) for name in _TEXTS], strict=True))
_TAG, _ALIAS = (_bounds(_ENTRY.fields[name]) for name in ("tags", "aliases"))


def _is_plain(text: object, longest: int, visible: bool, lines: bool) -> bool:
    if type(text) is not str or len(text) > longest:
        return False
    return (text[:1].isalnum() or not visible) and (
        text.isprintable() or (lines and text.replace("\n", "").isprintable())
    )


def check_site(site: Site) -> Site:
    """``site`` as it may be stored: cleaned, within bounds.

    Raises:
        InvalidData: with one problem for each setting that breaks a rule.
        TypeError: if it is no site at all.
    """
    if not isinstance(site, Site):
        raise TypeError(f"{site!r:.60} is no Site: plain data becomes one with load_site().")
    return load_site(_SITE.dump(site))


def _shown(name: object) -> str:
    text = str(name or "").encode("utf-8", "backslashreplace").decode()
    return repr(text[:60]) if text else ""


def _problems(error: ValidationError, file: str, line: int | None, entry: str) -> list[Problem]:
    found: list[Problem] = []

    def walk(messages: Any, path: str) -> None:
        if isinstance(messages, Mapping):
            for key, value in messages.items():
                name = "" if key == "_schema" else str(key)
                name = name if name.isprintable() else ascii(name)  # a file's own word, shown
                walk(value, ".".join(part for part in (path, name) if part))
        else:
            texts = [messages] if isinstance(messages, str) else messages
            found.extend(Problem(str(text), file, line, entry, path) for text in texts)

    walk(error.messages, "")
    return found
