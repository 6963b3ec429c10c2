"""Bytes of unknown origin become text, or a sentence that says what to do about it."""

from __future__ import annotations

import codecs
import re

from faqlib.errors import Problem
from faqlib.formats.document import unreadable

# Only a text that a program hands over can hold one: no file in any encoding does.
_HALF = re.compile(r"[\ud800-\udfff]")
# Longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes, name: str) -> tuple[str, list[Problem]]:
    r"""The text of a file, with ``\n`` line ends, and a warning if the encoding was guessed.

    UTF-8, or what a byte-order mark says; else Windows-1252, which many clinics' programs still
    write, where every byte makes sense in it.

    Raises:
        ImportFormatError: if the file is no text in any of these.
    """
    mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", "utf-8"))
    warnings: list[Problem] = []
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if mark:
            message = f"is damaged {encoding.upper()}: save the file again as UTF-8."
            raise unreadable(message, name, line) from None
        text = _legacy(data, name, line)
        message = "is no UTF-8 and was read as Windows-1252: check accents, and save it as UTF-8."
        warnings.append(Problem(message, name, line, severity="warning"))
    return tidy(text, name), warnings


def _legacy(data: bytes, name: str, line: int) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        message = "is neither UTF-8 nor Windows-1252 text: save the file as UTF-8."
        raise unreadable(message, name, line) from None


def tidy(text: str, name: str) -> str:
    r"""``text`` without a byte-order mark, with ``\n`` line ends.

    Raises:
        ImportFormatError: if it is empty, or holds a NUL or half of a surrogate pair.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        message = "holds a NUL character, so it is no text file: export it again as UTF-8 text."
        raise unreadable(message, name, text.count("\n", 0, text.index("\0")) + 1)
    if half := _HALF.search(text):
        message = f"holds U+{ord(half[0]):04X}, which is half a character: take it out."
        raise unreadable(message, name, text.count("\n", 0, half.start()) + 1)
    if not text.strip():
        raise unreadable("is empty: put at least one question with its answer into it.", name)
    return text
