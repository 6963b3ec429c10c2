"""``test``: golden questions and the entries that have to come first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from faqlib.cli.common import (
    chosen_faq,
    database_option,
    format_option,
    semantic_options,
    settings_option,
    site_option,
)
from faqlib.cli.ending import NO, Command, Failure
from faqlib.cli.progress import progress
from faqlib.errors import ImportFormatError

if TYPE_CHECKING:
    from faqlib.testing import GoldenReport

_SHARE = click.FloatRange(0, 1)


@click.command(
    "test", cls=Command, examples=("faqlib test faq.yaml questions.yaml --min-first 0.9",)
)
@click.argument("words", nargs=-1, required=True, metavar="[FILE] QUESTIONS.yaml")
@database_option(required=False)
@site_option
@format_option("--format", "format_name", meaning="FILE's format; by default by suffix.")
@settings_option
@click.option(
    "--min-first",
    type=_SHARE,
    default=1.0,
    show_default=True,
    metavar="SHARE",
    help="How many of the questions with an answer have to find it first.",
)
@click.option(
    "--max-wrong",
    type=_SHARE,
    default=0.0,
    show_default=True,
    metavar="SHARE",
    help="How many of those without an answer may be given one.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@semantic_options
def run_golden(
    words: tuple[str, ...],
    database: str | None,
    site: str | None,
    format_name: str | None,
    settings: str | None,
    min_first: float,
    max_wrong: float,
    as_json: bool,
    semantic: bool | str | None,
) -> None:
    """Ask golden questions and see whether the expected entries come first; exit 1 on a miss.

    QUESTIONS.yaml is a list of {question: ..., entry: ID}; a list of ids means any of them, null
    that the FAQ has no answer and must not seem to. See docs/command-line.md.
    """
    from faqlib.testing import evaluate, load_questions

    with chosen_faq(words, database, site, format_name, semantic, settings) as (faq, paths):
        if len(paths) != 1:
            raise click.UsageError("Missing argument 'QUESTIONS.yaml'." if not paths else _TOO_MANY)
        try:
            questions = load_questions(paths[0])
            report = evaluate(faq, progress(questions, "Asking", len(questions)))
        except ImportFormatError as error:
            raise Failure(_every(error)) from error
    if as_json:
        click.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=2).encode())
    else:
        click.echo(str(report))
    if not report.passes(min_first=min_first, max_wrong=max_wrong):
        click.get_current_context().exit(NO)


_TOO_MANY = "Too many arguments: name one file of questions."


def _every(error: ImportFormatError) -> str:
    """The first problem, and where the others are: no other command reads these files."""
    first, *others = error.problems
    lines = ", ".join(str(problem.line) for problem in others)
    return f"{str(first).rstrip('.')} (and so in line {lines})." if others else str(first)


def _as_json(report: GoldenReport) -> dict[str, Any]:
    return {
        "questions": len(report.outcomes),
        "first": report.first,
        "mrr": report.mrr,
        "answered": report.answered,
        "wrong": report.wrong,
        "misses": [
            {
                "question": miss.golden.question,
                "line": miss.golden.line,
                "expected": list(miss.golden.expected),
                "came_first": miss.came_first.id if miss.came_first else None,
                "rank": miss.rank,
                "confidence": miss.confidence,
            }
            for miss in report.misses
        ],
    }
