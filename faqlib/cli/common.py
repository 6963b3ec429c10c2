"""What the commands share: their options, how a FAQ is opened, how things are counted."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from faqlib.cli.ending import Failure
from faqlib.cli.progress import waiting
from faqlib.errors import ImportFormatError

if TYPE_CHECKING:
    from faqlib import FAQ, Site, Store
    from faqlib.formats import Document, Format

Option = Callable[[Any], Any]

STDIN, STDIN_NAME = "-", "standard input"
_FORMAT_NAMES = ("text", "markdown", "html", "csv", "tsv", "json", "jsonl", "yaml", "docx")
_SUFFIXES = ("txt", "md", "yml")  # where they are not the name


def format_option(*names: str, meaning: str) -> Option:
    """An option that names one of the formats."""
    allowed = click.Choice((*_FORMAT_NAMES, *_SUFFIXES))
    return click.option(*names, type=allowed, help=meaning)


def database_option(*, required: bool) -> Option:
    """``--db``."""
    meaning = "Database: a file's path, or postgresql://user:password@host/name."
    return click.option("--db", "database", metavar="URL", required=required, help=meaning)


def semantic_options(command: Callable[..., None]) -> Callable[..., None]:
    """``--semantic``, ``--no-semantic`` and ``--model``, as ``semantic`` for :class:`FAQ`.

    The server's settings of the same meaning count here too: it is often one machine.
    """

    @click.option(
        "--semantic/--no-semantic",
        "wanted",
        default=True,
        envvar="FAQ_SEMANTIC",
        help="Whether sentence embeddings help, where faqlib[semantic] is installed.",
    )
    @click.option(
        "--model",
        metavar="DIR",
        envvar="FAQ_SEMANTIC_MODEL",
        help="A directory with another sentence model, such as a multilingual one.",
    )
    @wraps(command)
    def chosen(*args: Any, wanted: bool, model: str | None, **options: Any) -> None:
        command(*args, semantic=(model or None) if wanted else False, **options)

    return chosen


def _checked_site(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from faqlib import InvalidData, load_site

        try:
            load_site({"id": value})
        except InvalidData as error:
            raise click.BadParameter(error.problems[0].message) from None
    return value


site_option: Option = click.option(
    "--site",
    metavar="ID",
    callback=_checked_site,
    help="Which of the database's sites; not needed where there is one.",
)
settings_option: Option = click.option(
    "--settings",
    metavar="SITE.yaml",
    help="The settings of FILE's site: its synonyms are searched with.",
)
actor_option: Option = click.option(
    "--actor", metavar="NAME", help="Who does it, for the history; your login name by default."
)


def actor_name(given: str | None) -> str:
    """Who changes something: the given name, or the login name where there is one."""
    if given is not None:
        return given
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return ""


def counted(number: int, one: str, many: str = "") -> str:
    """``1 entry``, ``14 entries``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def read_document(path: str, format_name: str | None, option: str = "--format") -> Document:
    """The file at ``path``, or standard input for ``-``.

    Raises:
        ImportFormatError: with every problem of the file.
        Failure: if its format is not known.
    """
    from faqlib import formats

    with _naming(option):
        if path == STDIN:
            wanted = formats.format_of("", format_name).name
            return formats.read(sys.stdin.buffer, format=wanted, name=STDIN_NAME)
        return formats.read_file(path, format=format_name)


def known_format(name: str, format_name: str | None, option: str) -> Format:
    """The format that is named, or else the one that the name's suffix stands for.

    Raises:
        Failure: if there is none.
    """
    from faqlib import formats

    with _naming(option):
        return formats.format_of(name, format_name)


@contextmanager
def _naming(option: str) -> Iterator[None]:
    """Where the library says that a format can be named, say it in the command's words."""
    try:
        yield
    except ImportFormatError as error:
        if "format=." not in str(error):
            raise
        raise Failure(str(error).replace("format=.", f"{option}.")) from None


@contextmanager
def stored_faq(database: str, site: str | None, *, semantic: Any = False) -> Iterator[FAQ]:
    """The FAQ of a site that is there already.

    Raises:
        Failure: if there is no such site, or several and none is named.
    """
    from faqlib import FAQ, open_store

    with closing(open_store(database, create=False)) as store:
        yield FAQ(store=store, site=existing_site(store, site), semantic=semantic)


def existing_site(store: Store, wanted: str | None) -> str:
    """The site that is meant: the one named, or the only one."""
    names = [site.id for site in store.sites()]
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return str(wanted)
    if not names:
        raise Failure("the database holds no site yet: import a file first.")
    there = ", ".join(names)
    if wanted is None:
        raise Failure(f"the database holds several sites: name one with --site ({there}).")
    raise Failure(f"the database has no site {wanted!r}: it has {there}.")


@contextmanager
def chosen_faq(
    words: tuple[str, ...],
    database: str | None,
    site: str | None,
    format_name: str | None,
    semantic: Any,
    settings: str | None = None,
) -> Iterator[tuple[FAQ, tuple[str, ...]]]:
    """The FAQ that a command is about, and the words that are left.

    With ``--db`` it is stored, and so are its settings; without, the first word is a file that is
    read into memory.
    """
    from faqlib import FAQ

    if database is not None:
        if settings is not None:
            raise click.UsageError("--settings goes with a file: the database has the site's.")
        if len(words) > 1 and Path(words[0]).is_file():
            raise click.UsageError(f"Name either --db or the file {words[0]!r}, not both.")
        with stored_faq(database, site, semantic=semantic) as faq:
            yield faq, words
        return
    if site is not None:
        raise click.UsageError("--site goes with --db: a file has no sites.")
    if not words:
        raise click.UsageError("Missing argument 'FILE'.")
    with FAQ(semantic=semantic) as faq:
        with waiting(f"Reading {words[0]}"):
            faq.merge(read_document(words[0], format_name).entries)
            if settings is not None:
                faq.save_site(_settings(settings))
        yield faq, words[1:]


def _settings(path: str) -> Site:
    from faqlib.formats.settings import read_settings

    return read_settings(Path(path))
