"""Reading golden questions: YAML trees, so that each question knows its line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from faqlib import ImportFormatError, Problem

_QUESTION = ("question", "query", "q", "ask", "text")
_EXPECTED = ("entry", "expect", "expected", "id", "answer", "entries")
_LIST = "questions"
_FORM = "write each as {question: what is asked, entry: ID}, with null where there is no answer"


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question in a visitor's words.

    Attributes:
        question: what is asked.
        expected: ids (or exact questions) of the entries that are right as the first; empty
            where the FAQ has no answer.
        line: where it stands in its file.
        file: that file.
    """

    question: str
    expected: tuple[str, ...] = ()
    line: int | None = None
    file: str = ""


def load_questions(path: str | os.PathLike[str]) -> list[GoldenQuestion]:
    """The golden questions in a YAML (or JSON) file.

    It is a list of ``{question: …, entry: …}``, on its own or under the key ``questions``, or a
    plain mapping of questions to entries. An entry is given by its id or its exact question, as
    one of a list where several are right, and as null where the FAQ has no answer.

    Raises:
        ImportFormatError: with every problem of the file.
    """
    return read_questions(load_yaml(Path(path)), str(path))


def load_yaml(path: Path) -> yaml.Node:
    """The file's first document, as a tree whose nodes know their lines.

    Raises:
        ImportFormatError: if it cannot be opened, or is no YAML.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise _failure(f"cannot be opened ({reason}): check the path.", str(path)) from None
    except UnicodeDecodeError:
        raise _failure("is no UTF-8 text: save it as UTF-8.", str(path)) from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        message = "is no valid YAML: put quotes round texts, most of all those with ? : or ,."
        raise _failure(message, str(path), line) from None
    if node is None:
        raise _failure(f"holds no questions: {_FORM}.", str(path))
    return node


def read_questions(node: yaml.Node, file: str = "") -> list[GoldenQuestion]:
    """The golden questions in a YAML tree, as :func:`load_questions` reads them from a file."""
    if isinstance(node, yaml.MappingNode) and (below := fields_of(node).get(_LIST)) is not None:
        node = below
    problems: list[Problem] = []
    found = list(_golden(node, file, problems))
    if not found and not problems:
        problems.append(Problem(f"holds no questions: {_FORM}.", file))
    if problems:
        raise ImportFormatError(problems)
    return found


def fields_of(node: yaml.MappingNode) -> dict[str, yaml.Node]:
    """A mapping's values by their keys."""
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _golden(node: yaml.Node, file: str, problems: list[Problem]) -> Iterator[GoldenQuestion]:
    for question, expected, line in _pairs(node):
        asked = question.value.strip() if isinstance(question, yaml.ScalarNode) else ""
        names = _names(expected)
        if not asked or names is None:
            problems.append(Problem(f"is no golden question: {_FORM}.", file, line))
        else:
            yield GoldenQuestion(asked, names, line, file)


_Pair = tuple[yaml.Node | None, yaml.Node | None, int]


def _pairs(node: yaml.Node) -> Iterator[_Pair]:
    """Question and expectation of each item, whichever way they are written."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key, value, line_of(key)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            fields = fields_of(item) if isinstance(item, yaml.MappingNode) else {}
            yield _named(fields, _QUESTION), _named(fields, _EXPECTED), line_of(item)
    else:
        yield None, None, line_of(node)


def _names(node: yaml.Node | None) -> tuple[str, ...] | None:
    """The entries that a node names; ``None`` if it is no name and no list of names."""
    if isinstance(node, yaml.ScalarNode):
        if node.tag == "tag:yaml.org,2002:null":
            return ()
        return (node.value,) if node.value.strip() else None
    if isinstance(node, yaml.SequenceNode) and node.value:
        names = [item.value for item in node.value if isinstance(item, yaml.ScalarNode)]
        return tuple(names) if len(names) == len(node.value) and all(names) else None
    return None


def _named(fields: Mapping[str, yaml.Node], names: Iterable[str]) -> yaml.Node | None:
    return next((fields[name] for name in names if name in fields), None)


def line_of(node: yaml.Node) -> int:
    """The line, from 1, where a node begins."""
    line: int = node.start_mark.line
    return line + 1


def _failure(message: str, file: str, line: int | None = None) -> ImportFormatError:
    return ImportFormatError([Problem(message, file, line)])
