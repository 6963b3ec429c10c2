"""Looks at a DOCX file before anything opens it: a zip of XML can unpack to any size."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any
from xml.sax import SAXException, handler  # nosec B406: only the handler's base class

from faqlib.errors import ImportFormatError, MissingExtra
from faqlib.formats.document import unreadable

MEMBERS = 1_000
UNPACKED = 64_000_000  # bytes, images included
XML = 8_000_000  # bytes of one XML part: some thousand pages
ELEMENTS = 250_000
DEPTH = 100
SIBLINGS = 25_000  # paragraphs of a document; putting more in order takes long
_DIRECTORY = MEMBERS * 400  # bytes of the list of members
# A ValueError comes from addresses in the package that point before its beginning.
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError,
           EOFError, OSError, ValueError, OverflowError)  # fmt: skip
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"


def bounded_package(data: bytes, name: str) -> bytes:
    """The file's XML parts in a package that holds no surprises; what is no XML is left empty.

    A member may unpack to more than its size says, and whoever reads it whole finds out too
    late. So each is read here up to its bound, and nobody reads the package that was sent.

    Raises:
        ImportFormatError: if it is no package, or would unpack to more than any real document.
        MissingExtra: if the part that reads XML safely is not installed.
    """
    _check_directory(data, name)
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(made, "w") as safe:
            members = package.infolist()
            _check_members(members, name)
            for member in members:
                safe.writestr(member.filename, _xml(package, member, name))
    except ImportFormatError:
        raise  # one of ours, which is a ValueError too
    except _DAMAGE as error:
        message = "is no Word document, or a damaged or encrypted one: save it again as .docx."
        raise unreadable(message, name) from error
    return made.getvalue()


def _xml(package: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    """A member that holds XML, checked; nothing of one that does not (a picture, a font)."""
    if not _is_xml(member):
        return b""
    with package.open(member) as file:
        data = file.read(XML)
    _check_xml(data, name)
    return data


def _is_xml(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith((".xml", ".rels"))


def _check_directory(data: bytes, name: str) -> None:
    """Before the list of members is read: a million of them take seconds and memory."""
    end = data.rfind(_END, max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + 22:
        message = "is no Word document: save it as .docx (an older .doc is another format)."
        raise unreadable(message, name)
    size = struct.unpack_from("<L", data, end + 12)[0]
    if size > _DIRECTORY or _END_64 in data[max(0, end - 20) : end]:
        raise unreadable(_TOO_LARGE, name)


_TOO_LARGE = "unpacks to more than any FAQ needs: copy the questions into a new document."


def _check_members(members: Iterable[zipfile.ZipInfo], name: str) -> None:
    listed = list(members)
    names = {member.filename for member in listed}
    xml = [member for member in listed if _is_xml(member)]
    if (
        len(listed) > MEMBERS
        or len(names) < len(listed)
        or sum(member.file_size for member in listed) > UNPACKED
        or any(member.file_size > XML for member in xml)
    ):
        raise unreadable(_TOO_LARGE, name)
    if "word/document.xml" not in names:
        raise unreadable("is a zip file but no Word document: save it as .docx.", name)


class _Counter(handler.ContentHandler):
    """Counts elements, levels and siblings, and stops at the bounds.

    A cell that is as wide as many counts as many: that is what it is read as.
    """

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._siblings = [0]  # of each open element, how many it holds so far

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - named by the protocol
        self._count += 1 + (_number(attrs.values()) if name.endswith("gridSpan") else 0)
        self._siblings[-1] += 1
        if self._count > ELEMENTS or self._siblings[-1] > SIBLINGS:
            raise SAXException(_TOO_LARGE)
        if len(self._siblings) > DEPTH or len(attrs) > DEPTH:
            raise SAXException(_TOO_LARGE)
        self._siblings.append(0)

    def endElement(self, name: str) -> None:  # noqa: N802 - named by the protocol
        self._siblings.pop()


def _number(values: Iterable[str]) -> int:
    try:
        return max(0, *map(int, values))
    except (ValueError, TypeError):
        return 0


def _check_xml(data: bytes, name: str) -> None:
    try:
        from defusedxml import DefusedXmlException, sax
    except ImportError:
        raise MissingExtra("docx", "Reading Word documents") from None
    try:
        sax.parseString(data, _Counter(), forbid_dtd=True)
    except DefusedXmlException:
        message = "declares XML entities or a document type, which Word never does: not read."
        raise unreadable(message, name) from None
    except SAXException as error:
        message = str(error) if str(error) == _TOO_LARGE else "holds damaged XML: save it again."
        raise unreadable(message, name) from None
