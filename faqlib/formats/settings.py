"""A site's settings in a file of their own: YAML or JSON, with the names that the schema has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from faqlib.errors import ImportFormatError, InvalidData, Problem
from faqlib.formats import yaml_format
from faqlib.formats.decoding import decode
from faqlib.formats.document import unreadable
from faqlib.model import Site
from faqlib.schema import load_site

_LARGEST = 1_000_000  # bytes


def read_settings(path: Path) -> Site:
    """The site that a file describes; its ``id`` may be left out.

    Raises:
        ImportFormatError: if it can not be opened, is no YAML or JSON, or breaks a rule.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise unreadable(f"cannot be opened ({reason}): check the path.", name) from None
    if len(content) > _LARGEST:
        raise unreadable("is too large to be a site's settings: name another file.", name)
    data = yaml_format.load(decode(content, name)[0], name)
    if not isinstance(data, Mapping):
        raise unreadable("has to be a mapping of settings, such as synonyms: [[MS, …]].", name)
    try:
        return load_site({"id": "default", **data})
    except InvalidData as error:
        raise ImportFormatError(
            [Problem(found.message, name, None, "", found.field) for found in error.problems]
        ) from None
