"""What is kept: ``export``, ``history``, ``restore-entry``, ``backup`` and ``restore``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from faqlib.cli.common import (
    STDIN,
    actor_name,
    actor_option,
    counted,
    database_option,
    format_option,
    site_option,
    stored_faq,
)
from faqlib.cli.ending import Command, Failure
from faqlib.cli.files import write_entries
from faqlib.cli.progress import waiting
from faqlib.errors import StoreError

if TYPE_CHECKING:
    from faqlib.store.backup import BackupInfo


@click.command(
    cls=Command,
    examples=(
        "faqlib export --db clinic.db -o faq.yaml",
        "faqlib export --db clinic.db --site northside --format csv > faq.csv",
    ),
)
@database_option(required=True)
@site_option
@click.option(
    "-o", "--output", default=STDIN, metavar="FILE", help="Where to; standard output by default."
)
@format_option("--format", "format_name", meaning="By default FILE's suffix, else json.")
def export(database: str, site: str | None, output: str, format_name: str | None) -> None:
    """Write all entries of a site to a file, drafts and archived ones too."""
    with stored_faq(database, site) as faq:
        entries = faq.entries()
    write_entries(entries, output, format_name or ("json" if output == STDIN else None), "--format")
    if output != STDIN:
        click.echo(f"{counted(len(entries), 'entry', 'entries')} written to {output}", err=True)


@click.command(cls=Command, examples=("faqlib history parking --db clinic.db",))
@click.argument("entry_id", metavar="ENTRY")
@database_option(required=True)
@site_option
def history(entry_id: str, database: str, site: str | None) -> None:
    """List every version that an entry ever had: when, by whom, and its question."""
    with stored_faq(database, site) as faq:
        versions = faq.history(entry_id)
        if not versions:
            raise Failure(f"site {faq.site.id!r} never had an entry with the id {entry_id!r}.")
    for version in versions:
        when = version.at.strftime("%Y-%m-%d %H:%M UTC")
        who = f" by {version.actor}" if version.actor else ""
        what = version.entry.question if version.entry else "(deleted)"
        click.echo(f"{version.number}  {when}  {version.action}{who}  {what}")


@click.command(
    "restore-entry", cls=Command, examples=("faqlib restore-entry parking 3 --db clinic.db",)
)
@click.argument("entry_id", metavar="ENTRY")
@click.argument("number", type=click.IntRange(1), metavar="VERSION")
@database_option(required=True)
@site_option
@actor_option
def restore_entry(
    entry_id: str, number: int, database: str, site: str | None, actor: str | None
) -> None:
    """Make a past version of an entry the present one, also after it was deleted."""
    from faqlib import EntryNotFound

    with stored_faq(database, site) as faq:
        try:
            entry = faq.restore(entry_id, number, actor=actor_name(actor))
        except EntryNotFound:
            raise Failure(
                f"{entry_id!r} has no version {number} to restore: faqlib history lists them."
            ) from None
    click.echo(f"{entry.id}: version {number} is the present one again.")


@click.command(cls=Command, examples=("faqlib backup clinic.backup --db clinic.db",))
@click.argument("file")
@database_option(required=True)
def backup(file: str, database: str) -> None:
    """Write a whole database, all sites with their history, to one file that checks itself.

    Others may go on writing meanwhile. A FILE that is there is replaced when the new one is whole.
    """
    from faqlib.store.backup import backup as write

    with waiting("Writing the backup"):
        info = write(database, file)
    click.echo(f"{_holdings(info)} written to {file} ({info.size:,} bytes).")
    if info.left_out:
        tables = ", ".join(info.left_out)
        click.echo(f"Not in it, as they are not the library's: the tables {tables}.")


@click.command(cls=Command, examples=("faqlib restore clinic.backup --db new.db",))
@click.argument("file")
@database_option(required=True)
@click.option("--overwrite", is_flag=True, help="Replace the sites that the database holds.")
@click.option("--dry-run", is_flag=True, help="Only check that the backup is whole.")
def restore(file: str, database: str, overwrite: bool, dry_run: bool) -> None:
    """Put a backup in place of all that a database holds, in one transaction.

    The file is checked first. It fits SQLite and PostgreSQL, whatever it was made from.
    """
    from faqlib.store import backup as backups

    if dry_run:
        info = backups.check(file)
        click.echo(f"{file} is whole: {_holdings(info)}. Nothing was restored.")
        return
    try:
        with waiting("Restoring"):
            info = backups.restore(file, database, overwrite=overwrite)
    except StoreError as error:
        if overwrite or type(error) is not StoreError:
            raise
        raise Failure(
            "the database holds sites already: restore into a new one, or replace them with "
            "--overwrite."
        ) from None
    click.echo(f"{_holdings(info)} restored, as of {info.made_at:%Y-%m-%d %H:%M UTC}.")


def _holdings(info: BackupInfo) -> str:
    sites, entries = counted(info.sites, "site"), counted(info.entries, "entry", "entries")
    return f"{sites}, {entries} and {counted(info.versions, 'version')}"
