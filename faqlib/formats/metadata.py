"""An entry's fields as ``key: value`` lines, for formats that show question and answer openly.

The lines are YAML, so that people can edit them freely; every text that could be misread, or
end the comment around it, is quoted and escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from faqlib.formats import yaml_format

_PLAIN = re.compile(r"[a-z][a-z0-9]*(?:[ -][a-z0-9]+)*|[0-9]{4}-[0-9]{2}-[0-9]{2}|-?[0-9]{1,12}")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def write_fields(data: Mapping[str, Any]) -> str:
    """One line for each field."""
    return "".join(f"{key}: {_value(value)}\n" for key, value in data.items())


def read_fields(text: str, name: str) -> dict[str, Any]:
    """The fields in such lines.

    Raises:
        ImportFormatError: if they are no YAML mapping.
    """
    data = yaml_format.load(text, name)
    return dict(data) if isinstance(data, dict) else {}


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key}: {_value(item)}" for key, item in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text not in _WORDS else f'"{_quoted(text)}"'


def _quoted(text: str) -> str:
    return "".join(_character(char) for char in text.replace("-->", "--\x00")).replace(
        "\\U00000000", "\\x3E"
    )


def _character(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    return char if char.isprintable() and char != "\ufeff" else f"\\U{ord(char):08X}"
