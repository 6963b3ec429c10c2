"""A ``*.faqtest.yaml`` file: a FAQ, the questions to ask it, and how well it has to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from faqlib import ImportFormatError, Problem
from faqlib.testing.questions import (
    GoldenQuestion,
    fields_of,
    line_of,
    load_questions,
    load_yaml,
    read_questions,
)

_LIMITS = ("min_first", "max_wrong")
_KEYS = ("faq", "settings", "questions", "semantic", *_LIMITS)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file asks for.

    ``limits`` are the arguments of :meth:`GoldenReport.passes`; empty where every question counts.
    ``semantic`` is as :class:`faqlib.FAQ` takes it, ``settings`` a file of the site's.
    """

    faq: Path
    questions: tuple[GoldenQuestion, ...]
    limits: Mapping[str, float]
    semantic: bool | None
    settings: Path | None = None


def load_plan(path: Path) -> Plan:
    """Read a file; the paths in it are seen from where it stands.

    Raises:
        ImportFormatError: with what is wrong with it.
    """
    node = load_yaml(path)
    fields = fields_of(node) if isinstance(node, yaml.MappingNode) else {}
    for key, value in fields.items():
        if key not in _KEYS:
            raise _failure(f"knows no {key!r}: use {', '.join(_KEYS)}.", path, value)
    if "faq" not in fields or "questions" not in fields:
        raise _failure("names no FAQ or no questions: write faq: FILE and questions: [...].", path)
    limits = {name: _limit(path, fields[name]) for name in _LIMITS if name in fields}
    return Plan(
        path.parent / _text(path, fields["faq"]),
        tuple(_questions(path, fields["questions"])),
        limits,
        _flag(path, fields["semantic"]) if "semantic" in fields else None,
        path.parent / _text(path, fields["settings"]) if "settings" in fields else None,
    )


def _questions(path: Path, node: yaml.Node) -> list[GoldenQuestion]:
    if isinstance(node, yaml.ScalarNode):
        return load_questions(path.parent / node.value)
    return read_questions(node, str(path))


def _text(path: Path, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value:
        raise _failure("takes a file's path here.", path, node)
    return str(node.value)


def _limit(path: Path, node: yaml.Node) -> float:
    try:
        limit = float(_text(path, node))
    except ValueError:
        limit = -1.0
    if not 0 <= limit <= 1:
        raise _failure("takes a share from 0 to 1 as a limit, such as 0.9.", path, node)
    return limit


def _flag(path: Path, node: yaml.Node) -> bool:
    if node.tag != "tag:yaml.org,2002:bool":
        raise _failure("takes true or false after semantic:.", path, node)
    return str(node.value).lower() in ("true", "yes", "on")


def _failure(message: str, path: Path, node: yaml.Node | None = None) -> ImportFormatError:
    return ImportFormatError([Problem(message, str(path), line_of(node) if node else None)])
