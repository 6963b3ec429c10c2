"""YAML: every plain value is the text that stands there, and nothing refers to anything.

The events of the safe parser are built into data here, so that ``answer: yes`` and
``question: 24/7?`` stay texts, every entry has its line, and neither an alias bomb nor a tag nor
a deep nest ever becomes an object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from faqlib.formats.document import Draft, unreadable
from faqlib.formats.items import DEPTH, add_besides, add_item, wrong_shape
from faqlib.model import Entry
from faqlib.schema import dump_entry

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_WIDE = 1 << 30  # no folding: a long line is one line


def read(text: str, name: str) -> Draft:
    """A list of entries, or a mapping with one under ``entries``; several documents add up.

    Raises:
        ImportFormatError: if the text is no YAML, uses anchors, aliases or tags, names a key
            twice, or is nested too deep.
    """
    draft = Draft()
    for data, lines in _documents(text, name):
        if isinstance(data, list):
            _add_all(draft, data, lines, name)
        elif isinstance(data, dict) and isinstance(data.get("entries"), list):
            _add_all(draft, data["entries"], lines, name)
            add_besides(draft, data, name)
        elif data is not None:
            wrong_shape(draft, name, lines.get(id(data)))
    return draft


def load(text: str, name: str = "") -> Any:
    """The first document as plain dicts, lists, texts and ``None``.

    Raises:
        ImportFormatError: as :func:`read` does.
    """
    return next((data for data, _ in _documents(text, name)), None)


def write(entries: Iterable[Entry]) -> str:
    """``entries:`` and a list; answers of several lines as readable blocks."""
    items = [
        yaml.dump(
            [dump_entry(entry)], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDE
        )
        for entry in entries
    ]
    return "entries:\n" + "\n".join(items) if items else "entries: []\n"


class _Dumper(_DUMPER):  # type: ignore[misc]
    """The safe dumper, with texts of several lines as ``|`` blocks."""


def _represent_text(dumper: Any, text: str) -> Any:
    style = "|" if "\n" in text and text == text.strip() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _add_all(draft: Draft, items: list[Any], lines: dict[int, int], name: str) -> None:
    for item in items:
        add_item(draft, item, lines.get(id(item)), name, typed=False)


def _documents(text: str, name: str) -> Iterator[tuple[Any, dict[int, int]]]:
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                builder = _Builder(name)
            elif isinstance(event, yaml.DocumentEndEvent):
                yield builder.root, builder.lines
            else:
                builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"is no valid YAML: {error.problem or error.context}; {_fix(error, text)}"
        raise unreadable(message, name, mark.line + 1 if mark else None) from None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        line = text.count("\n", 0, getattr(error, "position", 0) or 0) + 1
        raise unreadable("holds a character that YAML forbids: remove it.", name, line) from None


def _fix(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark
    line = text.split("\n")[mark.line] if mark and mark.line < text.count("\n") + 1 else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "put blanks in place of the tab at the line's beginning."
    if str(error.problem).startswith(("did not find expected", "expected <block end>")):
        return "give what belongs together the same indent, and put quotes round the text."
    return "put quotes round the text."


class _Builder:
    """Builds one document from its events, without recursion."""

    def __init__(self, name: str) -> None:
        self.root: Any = None
        self.lines: dict[int, int] = {}
        self._name = name
        self._open: list[Any] = []
        self._keys: list[Any] = []  # for each open mapping the key that waits for its value

    def take(self, event: Any) -> None:
        self._refuse_references(event)
        if isinstance(event, yaml.ScalarEvent):
            self._put(_scalar(event), event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._start([], event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._start({}, event)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            self._open.pop()
            self._keys.pop()

    def _refuse_references(self, event: Any) -> None:
        line = event.start_mark.line + 1 if event.start_mark else None
        if getattr(event, "anchor", None):
            message = "uses an anchor or alias (& or *): write the text out, or put it in quotes."
            raise unreadable(message, self._name, line)
        if getattr(event, "tag", None):
            message = "uses a tag (!): write plain values, or put the text in quotes."
            raise unreadable(message, self._name, line)

    def _start(self, value: Any, event: Any) -> None:
        if len(self._open) >= DEPTH:
            message = f"is nested more than {DEPTH} levels deep: an entry needs four."
            raise unreadable(message, self._name, event.start_mark.line + 1)
        self._put(value, event)
        self.lines[id(value)] = event.start_mark.line + 1
        self._open.append(value)
        self._keys.append(_NO_KEY)

    def _put(self, value: Any, event: Any) -> None:
        if not self._open:
            self.root = value
        elif isinstance(self._open[-1], list):
            self._open[-1].append(value)
        elif self._keys[-1] is _NO_KEY:
            self._keys[-1] = self._key(value, event.start_mark.line + 1)
        else:
            self._open[-1][self._keys[-1]] = value
            self._keys[-1] = _NO_KEY

    def _key(self, value: Any, line: int) -> str:
        if not isinstance(value, str):
            raise unreadable("has a key that is no text: write a field's name.", self._name, line)
        if value in self._open[-1]:
            message = f"has the key {value[:60]!r} twice in one entry: keep one of them."
            raise unreadable(message, self._name, line)
        return value


_NO_KEY: Any = object()


def _scalar(event: yaml.ScalarEvent) -> str | None:
    """The text; a block's last line end belongs to the way it is written, not to the text."""
    if event.implicit[0] and event.value in _NULLS:
        return None
    text: str = event.value
    return text.rstrip("\n") if event.style in ("|", ">") else text
