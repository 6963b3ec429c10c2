"""``widget-server token``: who may edit."""

from __future__ import annotations

import time
from contextlib import closing

import click

from faqlib import open_store
from widget_server.options import Failure, database_option


@click.group()
def token() -> None:
    """Make, list and revoke the editing API's tokens.

    \b
    Example:
      widget-server token create --db clinic.db --site northside --write
    """


@token.command()
@database_option
@click.option("--site", help="The one site that the token is for.")
@click.option("--all-sites", is_flag=True, help="For every site, and to make and delete sites.")
@click.option("--write", is_flag=True, help="To change things too; without it, to read only.")
@click.option("--note", default="", help="What it is for, to recognise it in the list.")
def create(database: str, site: str | None, all_sites: bool, write: bool, note: str) -> None:
    """Print a new token. It is shown once and stored as a hash.

    \b
    Example:
      widget-server token create --db clinic.db --site northside --write --note "front desk"
    """
    from widget_server import tokens
    from widget_server.records import Records

    if bool(site) == all_sites:
        raise click.UsageError("Name the site with --site, or say --all-sites.")
    if site:
        with closing(open_store(database, create=False)) as store:
            store.cursor(site)  # an unknown site is an error now
    scope = site or tokens.ALL_SITES
    click.echo(tokens.create(Records(database), scope, write=write, note=note))


@token.command("list")
@database_option
def list_tokens(database: str) -> None:
    """List the tokens by id, without their secrets.

    \b
    Example:
      widget-server token list --db clinic.db
    """
    from widget_server import tokens
    from widget_server.records import Records

    open_store(database, create=False).close()  # a misspelt file is an error, and is not made
    for item in tokens.listing(Records(database)):
        made = time.strftime("%Y-%m-%d", time.gmtime(item.created_at))
        state = "revoked" if item.revoked_at else ("write" if item.write else "read")
        scope = "all sites" if item.site == tokens.ALL_SITES else item.site
        click.echo("\t".join([item.id, scope, state, made, item.note]))


@token.command()
@database_option
@click.argument("token_id")
def revoke(database: str, token_id: str) -> None:
    """End a token at once, by its id from the list.

    \b
    Example:
      widget-server token revoke --db clinic.db 3f9a0c1d2e4b
    """
    from widget_server import tokens
    from widget_server.records import Records

    open_store(database, create=False).close()
    if not tokens.revoke(Records(database), token_id):
        raise Failure("There is no such token to revoke: see widget-server token list.")
    click.echo("The token is revoked.")
