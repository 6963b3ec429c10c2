"""What the commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Failure(Exception):
    """A command could not do its work; the text is one sentence with the fix."""


def shown(text: str) -> str:
    """``text`` as one line that a terminal only shows: part of it may come from elsewhere."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def database_option(command: Command) -> Command:
    """Add ``--db``, which falls back on ``FAQ_DATABASE``."""
    option = click.option(
        "--db",
        "database",
        envvar="FAQ_DATABASE",
        required=True,
        help="File or SQLAlchemy URL of the database; FAQ_DATABASE by default.",
    )
    return option(command)


def pairs(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """``KEY=VALUE`` options as a dictionary."""
    found = {}
    for value in values:
        key, equals, text = value.partition("=")
        if not equals:
            raise click.BadParameter(f"{value!r} has no '=': write KEY=VALUE.")
        found[key.strip()] = text.strip()
    return found
