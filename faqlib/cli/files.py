"""Reading FAQ files: ``import``, ``check`` and ``convert``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from faqlib.cli.common import (
    STDIN,
    STDIN_NAME,
    actor_name,
    actor_option,
    counted,
    database_option,
    existing_site,
    format_option,
    known_format,
    read_document,
    semantic_options,
    site_option,
)
from faqlib.cli.ending import NO, Command, Failure
from faqlib.cli.progress import progress, waiting
from faqlib.errors import ImportFormatError, Problem

if TYPE_CHECKING:
    from faqlib import FAQ, Entry, ImportReport
    from faqlib.formats import Document

Read = list[tuple[str, "Document"]]


@click.command(
    "import",
    cls=Command,
    examples=(
        "faqlib import page.txt",
        "faqlib import page.txt prices.csv --db clinic.db --site northside",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@database_option(required=False)
@site_option
@format_option("--format", "format_name", meaning="The files' format; by default by suffix.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@actor_option
@semantic_options
def import_files(
    files: tuple[str, ...],
    database: str | None,
    site: str | None,
    format_name: str | None,
    dry_run: bool,
    actor: str | None,
    semantic: bool | str | None,
) -> None:
    """Read files and keep their entries in a database: all files, or none.

    Entries with new ids are added, others are updated, none are removed. Without --db nothing is
    kept: the report says what was understood. FILE can be - for standard input.
    """
    if site is not None and database is None:
        raise click.UsageError("--site goes with --db: say where the entries are to be kept.")
    read = [
        (STDIN_NAME if path == STDIN else path, read_document(path, format_name))
        for path in progress(files, "Reading", len(files))
    ]
    entries = _all_entries(read)
    embedded = 0
    with _target(database, site, semantic, dry_run=dry_run) as faq:
        kept = database is not None and not dry_run
        with waiting(
            f"{'Storing' if kept else 'Comparing'} {counted(len(entries), 'entry', 'entries')}"
        ):
            documents = [document for _, document in read]
            report = faq.merge_documents(documents, dry_run=not kept, actor=actor_name(actor))
            if kept:
                embedded = faq.embed()
        where = f" in site {faq.site.id!r}" if kept else ""
    _tell_import(read, report, where)
    if embedded:
        what = counted(embedded, "entry", "entries")
        click.echo(f"Sentence vectors of {what} are ready: no visitor waits for them.", err=True)
    if dry_run:
        _tell_ids(report)
        click.echo("Nothing was stored: this was a dry run.")
    elif not kept:
        click.echo("Nothing was stored: add --db clinic.db --site ID to keep the entries.")


def _all_entries(read: Read) -> list[Entry]:
    """Every entry once; the same id in two files is an error unless the entries are equal."""
    found: dict[str, tuple[str, Entry]] = {}
    problems = []
    for path, document in read:
        for entry in document.entries:
            first, known = found.setdefault(entry.id, (path, entry))
            if known != entry:
                message = f"another entry in {first} has this id: make them one, or change an id."
                problems.append(Problem(message, path, None, repr(entry.id)))
    if problems:
        raise ImportFormatError(problems)
    return [entry for _, entry in found.values()]


@contextmanager
def _target(
    database: str | None, site: str | None, semantic: bool | str | None, *, dry_run: bool
) -> Iterator[FAQ]:
    """The FAQ to import into; one in memory where nothing is to be kept and none is there."""
    from faqlib import FAQ, Site, open_store

    if database is None or (dry_run and not _is_there(database)):
        yield FAQ(semantic=False)
        return
    with closing(open_store(database, create=not dry_run)) as store:
        names = [known.id for known in store.sites()]
        wanted = existing_site(store, site) if names and site is None else site or "default"
        if wanted not in names:
            if dry_run:
                yield FAQ(semantic=False)
                return
            store.save_site(Site(id=wanted))
        yield FAQ(store=store, site=wanted, semantic=False if dry_run else semantic)


def _is_there(database: str) -> bool:
    from faqlib.store.engine import parse

    target = parse(database)
    return not isinstance(target, Path) or target.exists()


def _tell_import(read: Read, report: ImportReport, where: str) -> None:
    aside = 0
    for path, document in read:
        aside += len(document.set_aside)
        click.echo(f"{path}: {_understood(document)}")
        for item in document.set_aside:
            click.echo(f"  line {item.line or '?'}: {item.text!r} ({item.reason})")
        for warning in document.warnings:
            click.echo(f"  {warning}")
    numbers = f"{len(report.new)} new, {len(report.changed)} changed"
    click.echo(
        f"{counted(report.total, 'entry', 'entries')}{where}: {numbers}, "
        f"{len(report.unchanged)} unchanged; {counted(aside, 'line')} set aside"
    )


def _understood(document: Document) -> str:
    entries = counted(len(document.entries), "entry", "entries")
    return f"{entries}, {counted(len(document.set_aside), 'line')} set aside"


def _tell_ids(report: ImportReport) -> None:
    for sign, ids in (("+", report.new), ("~", report.changed)):
        for entry_id in ids:
            click.echo(f"  {sign} {entry_id}")


@click.command(cls=Command, examples=("faqlib check faq.yaml",))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@format_option("--format", "format_name", meaning="The files' format; by default by suffix.")
@click.option("--allow-warnings", is_flag=True, help="Exit with 0 if there are only warnings.")
def check(files: tuple[str, ...], format_name: str | None, allow_warnings: bool) -> None:
    """List everything that is wrong with files, with file and line; exit 1 if anything is.

    Errors stop an import. Warnings do not: they are what is set aside, asked twice or left empty.
    FILE can be - for standard input.
    """
    found: list[Problem] = []
    for path in progress(files, "Checking", len(files)):
        problems = _problems(path, format_name)
        found += problems
        for problem in problems:
            click.echo(str(problem).replace("format=.", "--format."))
    errors = sum(problem.severity == "error" for problem in found)
    warnings = len(found) - errors
    counts = f"{counted(errors, 'error')} and {counted(warnings, 'warning')}"
    click.echo(f"{counted(len(files), 'file')}: {counts if found else 'no problems'}.")
    if errors or (warnings and not allow_warnings):
        click.get_current_context().exit(NO)


def _problems(path: str, format_name: str | None) -> list[Problem]:
    from faqlib import formats

    if path == STDIN:
        return formats.check(STDIN_NAME, format_name, sys.stdin.buffer)
    return formats.check(path, format_name)


@click.command(
    cls=Command,
    examples=("faqlib convert page.txt faq.yaml", "faqlib convert faq.csv - --to json > faq.json"),
)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@format_option("--from", "source_format", meaning="IN's format; by default by suffix.")
@format_option("--to", "target_format", meaning="OUT's format; by default by suffix.")
def convert(source: str, target: str, source_format: str | None, target_format: str | None) -> None:
    """Write the entries of one file into another, in another format.

    An OUT that is there is replaced, wholly or not at all. IN and OUT can be - for standard input
    and output.
    """
    document = read_document(source, source_format, "--from")
    write_entries(document.entries, target, target_format, "--to")
    place = "" if target == STDIN else f" written to {target}"
    click.echo(f"{_understood(document)}{place}", err=True)


def write_entries(
    entries: Sequence[Entry], target: str, format_name: str | None, option: str
) -> None:
    """Write entries to a file, or to standard output for ``-``.

    Raises:
        Failure: if the format is not known, or is binary and would end on a screen.
    """
    from faqlib import formats

    wanted = known_format("" if target == STDIN else target, format_name, option)
    if target != STDIN:
        formats.write_file(entries, target, format=wanted.name)
        return
    if wanted.binary and sys.stdout.isatty():
        raise Failure(f"{wanted.name} is no text for a screen: name a file.")
    content = formats.write(entries, format=wanted.name)
    click.echo(content.encode() if isinstance(content, str) else content, nl=False)
