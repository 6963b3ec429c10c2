"""What is taken out of a text before it is kept: e-mail addresses, numbers, dates, links."""

from __future__ import annotations

import re

# Each pattern is anchored on a sign or digit and repeats one class: no backtracking.
_EMAIL = re.compile(r"[^\s@<>()\[\],;:]{1,64}@[^\s@<>()\[\],;:]{1,255}")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,2000}", re.IGNORECASE)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DATE = re.compile(
    r"\b(?:\d{1,2}|\d{4})[./-]\d{1,2}[./-](?:\d{1,2}|\d{4})\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\.?\s(?:{_MONTHS})\b(?:,?\s\d{{2,4}}\b)?"
    rf"|\b(?:{_MONTHS})\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{2,4}}\b)?",
    re.IGNORECASE,
)
# Phone, insurance and record numbers: five digits or more, also with signs between or letters in.
_NUMBER = re.compile(
    r"\+?\(?\d(?:[\s().\-/]{0,2}\d){4,30}|\b(?=[A-Za-z-]{0,12}\d)[A-Za-z\d-]{6,40}\b"
)


def redact(text: str, limit: int = 200, *, fold: bool = True) -> str:
    """``text`` single spaced, with what could point at a person replaced.

    With ``fold`` it is in lower case too, so that the same words can be counted together.
    """
    short = " ".join(text.split())[:2_000]
    for pattern, mark in ((_LINK, "[link]"), (_EMAIL, "[email]"), (_DATE, "[date]")):
        short = pattern.sub(mark, short)
    short = _NUMBER.sub(_numbered, short)
    return (short.casefold() if fold else short)[:limit]


def _numbered(match: re.Match[str]) -> str:
    return "[number]" if sum(char.isdigit() for char in match[0]) >= 3 else match[0]
