"""From what a reader found to checked entries: the schema, ids, repetitions, warnings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from faqlib.errors import InvalidData, Problem
from faqlib.formats.document import Document, Draft, Raw
from faqlib.formats.fields import loosen, rename
from faqlib.markup import dropped_addresses
from faqlib.model import Entry, SetAside, slug
from faqlib.schema import load_entry

_Loaded = tuple[Entry, Raw]


def assemble(draft: Draft, name: str) -> tuple[Document, list[Problem]]:
    """The document and all that is wrong with it; with an error in the list it is not fit for use.

    Ids that a file does not give are made from the question, and made different by ``-2``,
    ``-3`` where questions are alike. A question that comes again with the same answer is set
    aside.
    """
    problems = list(draft.problems)
    loaded = list(_load(draft, name, problems))
    loaded, repeated = _without_repetitions(loaded)
    problems += _taken_ids(loaded, name)
    entries = _with_ids(loaded)
    if not entries and not any(problem.severity == "error" for problem in problems):
        problems.append(Problem(_NOTHING, name))
    aside = sorted([*draft.set_aside, *repeated], key=lambda item: item.line or 0)
    warnings = [*_warnings(loaded, name), *(problem for problem in problems if _mild(problem))]
    document = Document(
        entries=tuple(entries),
        set_aside=tuple(aside),
        title=draft.title,
        subtitle=draft.subtitle,
        intro="\n".join(draft.intro),
        site=draft.site,
        warnings=tuple(warnings),
        fields=draft.fields,
        plain=draft.plain,
        names_lang=draft.names_lang,
    )
    return document, [problem for problem in problems if not _mild(problem)]


_NOTHING = (
    "holds no question with an answer that can be recognised: write each as 'Q: …' and 'A: …' "
    "lines, or see docs/formats.md for what each format looks like."
)


def _mild(problem: Problem) -> bool:
    return problem.severity == "warning"


def _load(draft: Draft, name: str, problems: list[Problem]) -> Iterator[_Loaded]:
    for number, raw in enumerate(draft.raws, 1):
        data = rename(raw.data)
        draft.names_lang = draft.names_lang or bool(data.get("lang"))
        try:
            yield load_entry(data if raw.typed else loosen(data), file=name, line=raw.line), raw
        except InvalidData as error:
            problems += [
                replace(problem, entry=problem.entry or f"entry {number}")
                for problem in error.problems
            ]


def _without_repetitions(loaded: list[_Loaded]) -> tuple[list[_Loaded], list[SetAside]]:
    first: dict[tuple[str, str], Raw] = {}
    kept: list[_Loaded] = []
    repeated: list[SetAside] = []
    for entry, raw in loaded:
        before = first.setdefault((entry.question, entry.answer), raw)
        if before is raw or raw.data.get("id"):
            kept.append((entry, raw))
        else:
            where = f" in line {before.line}" if before.line else " before"
            reason = f"the same question and answer stand{where}"
            repeated.append(SetAside(entry.question, reason, raw.line))
    return kept, repeated


def _taken_ids(loaded: list[_Loaded], name: str) -> Iterator[Problem]:
    seen: dict[str, Raw] = {}
    for entry, raw in loaded:
        if not raw.data.get("id"):
            continue
        first = seen.setdefault(entry.id, raw)
        if first is not raw:
            where = f" in line {first.line}" if first.line else " before"
            message = f"{entry.id!r} is the id of another entry{where}: give each its own."
            yield Problem(message, name, raw.line, repr(entry.question[:60]), "id")


def _with_ids(loaded: list[_Loaded]) -> list[Entry]:
    taken = {entry.id for entry, raw in loaded if raw.data.get("id")}
    entries = []
    for entry, raw in loaded:
        if not raw.data.get("id"):
            entry = entry.replace(id=_free(slug(entry.question), taken))
            taken.add(entry.id)
        entries.append(entry)
    return entries


def _free(wanted: str, taken: set[str]) -> str:
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free


def _warnings(loaded: list[_Loaded], name: str) -> Iterator[Problem]:
    asked: dict[str, Raw] = {}
    for entry, raw in loaded:
        shown = repr(entry.question[:60])
        if not entry.answer.strip() and entry.status != "draft":
            message = "is empty: write an answer, or set the status to draft."
            yield Problem(message, name, raw.line, shown, "answer", "warning")
        if "](" in entry.answer:
            for url in dropped_addresses(entry.answer):
                message = f"{url[:80]!r} is not shown: links need https:// (or mailto:, tel:)."
                yield Problem(message, name, raw.line, shown, "answer", "warning")
        first = asked.setdefault(" ".join(entry.question.casefold().split()), raw)
        if first is not raw:
            where = f" in line {first.line}" if first.line else " before"
            message = f"is asked{where} too, with another answer: make them one entry."
            yield Problem(message, name, raw.line, shown, "question", "warning")
