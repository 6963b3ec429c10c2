"""``widget-server doctor``: what is wrong with an embed, in one sentence each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from widget_server.options import Failure, shown

if TYPE_CHECKING:
    from widget_server.doctor import Page


@click.command()
@click.argument("page")
@click.option("--origin", help="For a file: the origin that its page will have.")
def doctor(page: str, origin: str | None) -> None:
    """Read PAGE, an address or a file, and say what is wrong with its embed.

    Exit code 0 when nothing is, 1 with one line for each thing that is.

    \b
    Example:
      widget-server doctor https://www.northside.example/questions
      widget-server doctor page.html --origin https://www.northside.example
    """
    from widget_server.doctor import examine

    try:
        read = _read(page, origin)
        findings = examine(read)
    except ValueError as error:  # a port or a name that no address can have
        raise Failure(f"{page} names an address that leads nowhere: {error}.") from None
    for finding in findings:
        click.echo(shown(finding))
    if findings:
        sys.exit(1)
    click.echo("The embed is in order.")
    if not read.origin:
        click.echo("Whether its page may show the FAQ is told with --origin.", err=True)


def _read(page: str, origin: str | None) -> Page:
    from widget_server.doctor import Page
    from widget_server.fetch import fetch

    if page.startswith(("http://", "https://")):
        found = fetch(page)
        if found.status != 200:
            raise Failure(f"{page} answers {found.status}: name the address of a page.")
        policy = found.headers.get("content-security-policy", "")
        return Page(found.body.decode("utf-8", "replace"), found.url, policy)
    try:
        text = Path(page).read_text("utf-8", "replace")
    except OSError as error:
        raise Failure(f"{page} cannot be read: {error.strerror}.") from None
    return Page(text, f"{origin}/" if origin else "", "")
