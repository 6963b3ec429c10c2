"""One module per format: reading gives entries, writing takes them.

Every reader only finds out what stands where; :mod:`faqlib.formats.assemble` puts it through
the schema, so that all formats have the same rules and the same messages. A format's module,
and the libraries it needs, are loaded when the format is first used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from faqlib.errors import ImportFormatError, Problem
from faqlib.formats.assemble import assemble
from faqlib.formats.decoding import decode, tidy
from faqlib.formats.document import Document, Draft, unreadable
from faqlib.model import Entry
from faqlib.whole import replacing

__all__ = [
    "FORMATS",
    "Document",
    "Format",
    "check",
    "format_of",
    "read",
    "read_file",
    "write",
    "write_file",
]

_MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read and written.

    ``limit`` is the largest file in bytes; ``binary`` says that it is no text (DOCX).
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    reader: str = "read"
    writer: str = "write"
    limit: int = 64 * _MEGA
    binary: bool = False

    def function(self, name: str) -> Callable[..., Any]:
        """The reader or writer, with its module loaded."""
        found: Callable[..., Any] = getattr(import_module(f"faqlib.formats.{self.module}"), name)
        return found


FORMATS: dict[str, Format] = {
    item.name: item
    for item in (
        Format("text", (".txt",), "text", limit=16 * _MEGA),
        Format("markdown", (".md", ".markdown"), "markdown", limit=16 * _MEGA),
        Format("html", (".html", ".htm"), "html", limit=16 * _MEGA),
        Format("csv", (".csv",), "delimited", writer="write_csv"),
        Format("tsv", (".tsv",), "delimited", writer="write_tsv"),
        Format("json", (".json",), "json_format"),
        Format("jsonl", (".jsonl", ".ndjson"), "json_format", "read_lines", "write_lines"),
        Format("yaml", (".yaml", ".yml"), "yaml_format"),
        Format("docx", (".docx",), "docx", limit=16 * _MEGA, binary=True),
    )
}
_BY_NAME = FORMATS | {suffix: item for item in FORMATS.values() for suffix in item.suffixes}

_INSTEAD = dict.fromkeys("xlsx xls xlsm ods numbers".split(), ".csv")
_INSTEAD |= dict.fromkeys("doc odt rtf pages gdoc".split(), ".docx")


def format_of(name: str, format: str | None = None) -> Format:  # noqa: A002
    """The format called ``format``, or else the one that the suffix of ``name`` stands for.

    Raises:
        ImportFormatError: if there is none.
    """
    wanted = str(format) if format is not None else Path(name).suffix
    found = _BY_NAME.get(wanted.lower()) or _BY_NAME.get("." + wanted.lower())
    if found is None:
        if (instead := _INSTEAD.get(wanted.lower().removeprefix("."))) is not None:
            message = f"use {instead}, which programs for {wanted} open and save, too."
            raise unreadable(f"the format {wanted!r} is not known: {message}", name)
        known = ", ".join(suffix for item in FORMATS.values() for suffix in item.suffixes)
        what = f"the format {wanted!r} is not known" if wanted else "no format is given"
        raise unreadable(f"{what}: use one of {known}, or name it with format=.", name)
    return found


def read(
    source: str | bytes | IO[str] | IO[bytes],
    *,
    format: str | None = None,  # noqa: A002
    name: str = "",
) -> Document:
    """The entries in ``source``.

    Args:
        source: the content itself as text or bytes, or an open file; not a path, see
            :func:`read_file`.
        format: one of :data:`FORMATS`, or a suffix; by default that of ``name``.
        name: the file's name for messages.

    Raises:
        ImportFormatError: with every problem of the file, not only the first.
        MissingExtra: for DOCX, where the extra is not installed.
    """
    document, problems = _examine(source, format_of(name, format), name)
    if problems:
        raise ImportFormatError(problems)
    return document


def read_file(path: str | os.PathLike[str], format: str | None = None) -> Document:  # noqa: A002
    """The entries in the file at ``path``; the format goes by its suffix unless given.

    Raises:
        ImportFormatError: with every problem of the file, also if it cannot be opened.
        MissingExtra: for DOCX, where the extra is not installed.
    """
    path = Path(path)
    with _opened(path) as file:
        return read(file, format=format, name=str(path))


def check(
    path: str | os.PathLike[str],
    format: str | None = None,  # noqa: A002
    source: IO[bytes] | None = None,
) -> list[Problem]:
    """Everything about a file that is wrong (errors) or worth a look (warnings), by line.

    Where ``source`` is given, it is read, and ``path`` is only what it is called.
    """
    path = Path(path)
    try:
        with _opened(path) if source is None else nullcontext(source) as file:
            document, problems = _examine(file, format_of(str(path), format), str(path))
    except ImportFormatError as error:
        return list(error.problems)
    aside = [
        Problem(f"{item.text!r} is set aside: {item.reason}.", str(path), item.line)
        for item in document.set_aside
    ]
    softer = [*document.warnings, *(_as_warning(problem) for problem in aside)]
    return sorted([*problems, *softer], key=lambda problem: problem.line or 0)


def write(entries: Iterable[Entry], *, format: str) -> str | bytes:  # noqa: A002
    """The entries in a format: text, or bytes where it is binary.

    Raises:
        ImportFormatError: if the format is not known.
        TypeError: if one is no :class:`~faqlib.Entry`.
    """
    wanted = format_of("", format)
    entries = list(entries)
    for entry in entries:
        if not isinstance(entry, Entry):
            raise TypeError(f"{entry!r:.60} is no Entry: plain data becomes one with load_entry().")
    written: str | bytes = wanted.function(wanted.writer)(entries)
    return written


def write_file(
    entries: Iterable[Entry],
    path: str | os.PathLike[str],
    format: str | None = None,  # noqa: A002
) -> None:
    """Write the entries to ``path``, wholly or, if anything fails, not at all.

    Raises:
        ImportFormatError: if the format is not known.
        OSError: if the file cannot be written; what stood there before is untouched.
    """
    path = Path(path)
    content = write(entries, format=format_of(str(path), format).name)
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(data)  # a device or a pipe: what it is given goes through
        return
    with replacing(path) as file:
        file.write(data)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as file:
            yield file
    except IsADirectoryError:
        raise unreadable("is a directory: name the files in it.", str(path)) from None
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        message = f"cannot be opened ({reason}): check the path and its permissions."
        raise unreadable(message, str(path)) from error


def _examine(source: Any, wanted: Format, name: str) -> tuple[Document, list[Problem]]:
    content = source if isinstance(source, (str, bytes)) else source.read(wanted.limit + 1)
    if len(content) > wanted.limit:
        size = wanted.limit // _MEGA
        message = f"is larger than {size} MB, the most for {wanted.name}: split it into several."
        raise unreadable(message, name)
    reader = wanted.function(wanted.reader)
    if wanted.binary:
        if isinstance(content, str):
            raise TypeError(f"{wanted.name} is read from bytes: open the file with 'rb'.")
        draft: Draft = reader(content, name)
        return assemble(draft, name)
    warnings: list[Problem] = []
    if isinstance(content, bytes):
        content, warnings = decode(content, name, page=wanted.name == "html")
    else:
        content = tidy(content, name)
    draft = reader(content, name)
    draft.problems += warnings
    return assemble(draft, name)


def _as_warning(problem: Problem) -> Problem:
    return Problem(problem.message, problem.file, problem.line, severity="warning")
