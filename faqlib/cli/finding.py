"""``search``: what a visitor would be shown, for people and for programs."""

from __future__ import annotations

import html
import json
import re
import shutil
import sys
import textwrap
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
from faqlib.cli.ending import Command
from faqlib.cli.progress import waiting

if TYPE_CHECKING:
    from faqlib import Hit, Reason, Results

_BOLD, _PLAIN = "\x1b[1m", "\x1b[22m"
# One character each while lines are broken, so that marks hardly count as width.
_OPEN, _CLOSE = "\ue000", "\ue001"
_WIDTH = 88


@click.command(
    cls=Command,
    examples=(
        'faqlib search faq.yaml "how soon can I run again"',
        "faqlib search --db clinic.db --site northside parking --json",
    ),
)
@click.argument("words", nargs=-1, required=True, metavar="[FILE] TEXT...")
@database_option(required=False)
@site_option
@format_option("--format", "format_name", meaning="FILE's format; by default by suffix.")
@settings_option
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=5, show_default=True, help="At most so many."
)
@click.option("--category", help="Only entries of this category.")
@click.option("--tag", "tags", multiple=True, help="Only entries with this tag; can be repeated.")
@click.option("--lang", metavar="CODE", help="Only entries in this language, such as es.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, as the server answers.")
@click.option("--explain", is_flag=True, help="Say why each entry was found.")
@semantic_options
def search(
    words: tuple[str, ...],
    database: str | None,
    site: str | None,
    format_name: str | None,
    settings: str | None,
    as_json: bool,
    semantic: bool | str | None,
    **filters: Any,
) -> None:
    """Find the entries of FILE, or of a database, that answer TEXT, best first.

    FILE can be - for standard input. It exits with 0 also when nothing answers.
    """
    with chosen_faq(words, database, site, format_name, semantic, settings) as (faq, text):
        if not text:
            raise click.UsageError("Missing argument 'TEXT...': say what to search for.")
        with waiting("Searching"):
            results = faq.search(" ".join(text), **filters)
    if as_json:
        content = json.dumps(_as_json(results), ensure_ascii=False, indent=2)
        click.echo(content.encode())
    else:
        click.echo(_as_text(results))


def _as_json(results: Results) -> dict[str, Any]:
    return {
        "query": results.query,
        "answered": results.answered,
        "confidence": results.confidence,
        "suggestion": results.suggestion,
        "results": [_hit_as_json(hit) for hit in results],
    }


def _hit_as_json(hit: Hit) -> dict[str, Any]:
    from faqlib import render_html

    fields: dict[str, Any] = {
        "id": hit.entry.id,
        "question": hit.entry.question,
        "answer_html": render_html(hit.entry.answer),
        "snippet": hit.snippet,
        "score": hit.score,
        "category": hit.entry.category,
    }
    if hit.reasons:
        names = ("kind", "query", "matched", "field", "weight")
        fields["reasons"] = [{n: getattr(reason, n) for n in names} for reason in hit.reasons]
    return fields


def _as_text(results: Results) -> str:
    blocks = [_headline(results)]
    blocks += [_block(rank, hit) for rank, hit in enumerate(results, 1)]
    if results.suggestion:
        blocks.insert(1, f"Did you mean: {results.suggestion}")
    return "\n\n".join(blocks)


def _headline(results: Results) -> str:
    if not results:
        return "No answer: no entry has anything to do with this."
    if results.answered:
        return f"Answered, with a confidence of {results.confidence:.0%}."
    return f"No answer (confidence {results.confidence:.0%}). The nearest entries:"


def _block(rank: int, hit: Hit) -> str:
    mark = f"{rank}. "
    lines = [_wrapped(hit.entry.question, mark)]
    indent = " " * len(mark)
    if hit.snippet:
        lines.append(_wrapped(_marked(hit.snippet), indent))
    facts = " · ".join(part for part in (hit.entry.id, hit.entry.category) if part)
    lines.append(f"{indent}[{facts}]")
    lines += [f"{indent}- {_reason(reason)}" for reason in hit.reasons]
    return _styled("\n".join(lines))


def _reason(reason: Reason) -> str:
    words = f" {reason.query!r}" if reason.query else ""
    if reason.matched and reason.matched != reason.query:
        words += f" as {reason.matched!r}"
    place = f" in the {reason.field}" if reason.field else ""
    return f"{reason.kind}{words}{place} (+{reason.weight:.2f})"


def _marked(snippet: str) -> str:
    """A snippet's HTML as text, with a sign where each mark begins and ends."""
    text = snippet.replace("<mark>", _OPEN).replace("</mark>", _CLOSE)
    return html.unescape(re.sub(r"<[^<>]*>", "", text))


def _wrapped(text: str, first: str) -> str:
    width = min(shutil.get_terminal_size().columns - 1, _WIDTH)
    return textwrap.fill(
        text, max(width, 20), initial_indent=first, subsequent_indent=" " * len(first)
    )


def _styled(text: str) -> str:
    on, off = (_BOLD, _PLAIN) if sys.stdout.isatty() else ("", "")
    return text.replace(_OPEN, on).replace(_CLOSE, off)
