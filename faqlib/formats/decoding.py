"""Bytes of unknown origin become text, or a sentence that says what to do about it."""

from __future__ import annotations

import codecs
import re

from faqlib.errors import ImportFormatError, Problem
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
_HEAD = 16_384  # bytes; browsers look at the first 1,024, and then through the rest of the head
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARED = re.compile(
    r"<(?:meta\s[^>]{0,200}?charset|\?xml\s[^>]{0,200}?encoding)"
    r"\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-z0-9_.:-]{2,40})",
    re.IGNORECASE,
)
# Browsers take some names for that of a larger encoding: whoever writes one means the other.
_LARGER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip
_OF_PAGES = re.compile(
    r"cp(?:125[0-8]|866|874|932|949)|iso8859-[0-9]+|koi8-[ru]|mac-(?:roman|cyrillic)"
    r"|gb18030|big5hkscs|euc_jp"
)


def decode(data: bytes, name: str, *, page: bool = False) -> tuple[str, list[Problem]]:
    r"""The text of a file, with ``\n`` line ends, and a warning if the encoding was guessed.

    UTF-8, or what a byte-order mark says; else what a ``page`` says of itself, or Windows-1252,
    which many clinics' programs still write, where every byte makes sense in it. A page that is
    UTF-8 may say something else: then its server told browsers better.

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
            raise _damaged(encoding, name, line) from None
        if page and (said := _declared(data)):
            return tidy(_as_declared(data, said, name), name), []
        text = _legacy(data, name, line)
        message = "is no UTF-8 and was read as Windows-1252: check accents, and save it as UTF-8."
        warnings.append(Problem(message, name, line, severity="warning"))
    return tidy(text, name), warnings


def _declared(data: bytes) -> str:
    """The encoding that a page names, if it is one in which there are pages."""
    found = _DECLARED.search(_COMMENT.sub("", data[:_HEAD].decode("latin-1")))
    if found is None:
        return ""
    label = found[1].lower().removeprefix("x-").removesuffix("-i")
    try:
        encoding = codecs.lookup(label.replace("windows-", "cp")).name
    except LookupError:
        return ""
    encoding = _LARGER.get(encoding, encoding)
    return encoding if _OF_PAGES.fullmatch(encoding) else ""


def _as_declared(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _damaged(encoding, name, data.count(b"\n", 0, error.start) + 1) from None


def _damaged(encoding: str, name: str, line: int) -> ImportFormatError:
    message = f"is damaged {encoding.upper()}: save the file again as UTF-8."
    return unreadable(message, name, line)


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
