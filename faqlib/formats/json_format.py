"""JSON and JSON Lines: strict, with the line of every entry."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from faqlib.errors import Problem
from faqlib.formats.document import Draft, unreadable
from faqlib.formats.items import DEPTH, Deep, add_besides, add_item, wrong_shape
from faqlib.model import Entry
from faqlib.schema import dump_entry

_BLANK = re.compile(r"[ \t\n\r]*")
_LINE = 1_000_000  # far more than the largest entry that the schema lets in


def read(text: str, name: str) -> Draft:
    """A list of entries, or a mapping with one under ``entries``.

    Raises:
        ImportFormatError: if the text is no JSON, names a key twice, or is nested too deep.
    """
    draft = Draft()
    try:
        _check_depth(text)
        _Walker(text, draft, name).walk()
    except json.JSONDecodeError as error:
        message = f"is no valid JSON: {error.msg.lower()} at column {error.colno}; put it right."
        raise unreadable(message, name, error.lineno) from None
    except Deep as error:
        raise unreadable(str(error), name, error.line) from None
    return draft


def read_lines(text: str, name: str) -> Draft:
    """One entry a line; blank lines do not count."""
    draft = Draft()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            if len(line) > _LINE:
                raise ValueError(f"is longer than {_LINE:,} characters: write one entry a line.")
            _check_depth(line)
            add_item(draft, _DECODER.decode(line), number, name, typed=True)
        except json.JSONDecodeError as error:
            message = (
                f"is no valid JSON: {error.msg.lower()} at column {error.colno}; put it right."
            )
            draft.problems.append(Problem(message, name, number))
        except ValueError as error:
            draft.problems.append(Problem(str(error), name, number))
    return draft


def write(entries: Iterable[Entry]) -> str:
    """A mapping with all entries, indented, in UTF-8."""
    data = {"entries": [dump_entry(entry) for entry in entries]}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def write_lines(entries: Iterable[Entry]) -> str:
    """One entry a line."""
    return "".join(json.dumps(dump_entry(entry), ensure_ascii=False) + "\n" for entry in entries)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise ValueError(f"has the key {twice[:60]!r} twice in one object: keep one of them.")
    return data


def _no_constant(text: str) -> Any:
    raise ValueError(f"holds {text}, which is no JSON: write a number or a text.")


def _integer(text: str) -> int:
    if len(text) > 18:
        raise ValueError(f"holds a number of {len(text)} digits: write it as a text.")
    return int(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer
)


def _check_depth(text: str) -> None:
    """Counts brackets outside of strings: the decoder itself would run into its recursion limit."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    # A text that nothing ends goes on to the end of the file: trying each of its quotes as the
    # beginning of another one would take for ever.
    for bracket in re.finditer(r'"(?:[^"\\]|\\.?)*+"?|[\[{]|[\]}]', text, re.DOTALL):
        char = bracket[0][0]
        if char in "[{":
            depth += 1
            if depth > DEPTH:
                raise Deep(text.count("\n", 0, bracket.start()) + 1)
        elif char in "]}":
            depth -= 1


class _Walker:
    """Goes through the outer two levels by hand, so that each entry's line is known."""

    def __init__(self, text: str, draft: Draft, name: str) -> None:
        self.text = text
        self.draft = draft
        self.name = name
        self._counted = (0, 1)  # a position and the line it is in

    def walk(self) -> None:
        start = self._skip(0)
        if self.text.startswith("[", start):
            end = self._entries(start)
        elif self.text.startswith("{", start):
            end = self._mapping(start)
        else:
            _, end = self._decode(start)
            wrong_shape(self.draft, self.name, self._line(start))
        if self._skip(end) != len(self.text):
            raise json.JSONDecodeError("Extra data", self.text, self._skip(end))

    def _mapping(self, start: int) -> int:
        data: list[tuple[str, Any]] = []
        for place in self._members(start, "}"):
            key, after = self._decode(place)
            if not isinstance(key, str):
                raise json.JSONDecodeError("Expecting a key in quotes", self.text, place)
            value_at = self._skip(self._expect(":", self._skip(after)))
            if key == "entries" and self.text.startswith("[", value_at):
                data.append((key, None))
                self._end = self._entries(value_at)
            else:
                value, self._end = self._decode(value_at)
                data.append((key, value))
        end = self._end
        try:
            mapping = _unique(data)
        except ValueError as error:
            raise unreadable(str(error), self.name, self._line(start)) from None
        if mapping.get("entries", mapping) is not None:
            wrong_shape(self.draft, self.name, self._line(start))
        else:
            add_besides(self.draft, mapping, self.name)
        return end

    def _entries(self, start: int) -> int:
        for place in self._members(start, "]"):
            item, self._end = self._decode(place)
            add_item(self.draft, item, self._line(place), self.name, typed=True)
        return self._end

    def _decode(self, place: int) -> tuple[Any, int]:
        try:
            return _DECODER.raw_decode(self.text, place)
        except json.JSONDecodeError:
            raise
        except ValueError as error:  # from one of the hooks, which do not know the place
            raise unreadable(str(error), self.name, self._line(place)) from None

    def _members(self, start: int, closing: str) -> Iterator[int]:
        """Where each member starts; the user of this sets ``_end`` to where it ends."""
        place = self._skip(start + 1)
        if self.text.startswith(closing, place):
            self._end = place + 1
            return
        while True:
            yield place
            place = self._skip(self._end)
            if self.text.startswith(closing, place):
                self._end = place + 1
                return
            place = self._skip(self._expect(",", place))

    def _skip(self, place: int) -> int:
        blank = _BLANK.match(self.text, place)
        return blank.end() if blank else place

    def _expect(self, char: str, place: int) -> int:
        if not self.text.startswith(char, place):
            raise json.JSONDecodeError(f"Expecting {char!r}", self.text, place)
        return place + 1

    def _line(self, place: int) -> int:
        position, line = self._counted
        line += self.text.count("\n", position, place)
        self._counted = (place, line)
        return line
