"""``widget-server site``: the sites of a server and how they are embedded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import click
import yaml

from faqlib import Site, SiteNotFound, dump_site, load_site, open_store
from widget_server.options import Failure, database_option, pairs
from widget_server.page_texts import unknown_names
from widget_server.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])
# Options that replace a setting by their own name.
_PLAIN = ("name", "lang", "url", "notice", "urgent_text", "webhook",
          "accept_questions", "count_searches")  # fmt: skip
_MAPS = ("contact", "texts", "theme")
_NOTHING: tuple[Any, ...] = (None, (), {})  # what an option has that was not given


def settings_options(command: Command) -> Command:
    """The options that ``add`` and ``set`` share."""
    options = [
        click.option("--settings", help="A YAML or JSON file of settings, such as categories."),
        click.option("--name", help="The clinic's or the FAQ's name."),
        click.option("--lang", help="The language of the site, such as en or pt-BR."),
        click.option("--url", help="The clinic's website."),
        click.option("--add-origin", multiple=True, help="An origin whose pages may read the FAQ."),
        click.option("--remove-origin", multiple=True, help="One that may no longer."),
        click.option("--any-origin", is_flag=True, default=None, help="Let every page read it."),
        click.option("--notice", help="A caution that stands with every answer."),
        click.option("--urgent-text", help="What to do in an emergency."),
        click.option("--urgent-term", multiple=True, help="Words that bring it up."),
        click.option("--contact", multiple=True, callback=pairs, help="phone=…, email=…, url=…"),
        click.option("--texts", multiple=True, callback=pairs, help="title=…, intro=…"),
        click.option("--theme", multiple=True, callback=pairs, help="accent=#0b6e5f, radius=…"),
        click.option("--accept-questions/--no-questions", default=None, help="Take questions."),
        click.option("--count-searches/--no-counts", default=None, help="Count searches."),
        click.option("--webhook", help="An https address that receives the questions."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def site() -> None:
    """Make and change sites, and print what to paste into a page.

    \b
    Example:
      widget-server site add northside --db clinic.db --name "Northside Clinic"
    """


@site.command()
@database_option
@click.argument("site_id")
@settings_options
def add(database: str, site_id: str, **options: Any) -> None:
    """Make a site.

    \b
    Example:
      widget-server site add northside --db clinic.db --add-origin https://www.northside.example
    """
    with closing(open_store(database)) as store:
        try:
            store.cursor(site_id)
        except SiteNotFound:
            store.save_site(_changed(Site(id=site_id), options))
        else:
            raise Failure(f"There is a site {site_id!r} already: use widget-server site set.")
    click.echo(
        f"Site {site_id} is there. Next: faqlib import FILE --db {database} --site {site_id}"
    )


@site.command("set")
@database_option
@click.argument("site_id")
@settings_options
def set_site(database: str, site_id: str, **options: Any) -> None:
    """Change a site's settings; what is not named stays.

    www and no www are two origins: add each one that is used.

    \b
    Example:
      widget-server site set northside --db clinic.db --add-origin https://northside.example
    """
    if all(given in _NOTHING for given in options.values()):
        raise click.UsageError("Name what is to change.")
    with closing(open_store(database, create=False)) as store:
        store.save_site(_changed(store.site(site_id), options))
    click.echo(f"Site {site_id} is changed.")


@site.command("list")
@database_option
@click.option("--json", "as_json", is_flag=True, help="All settings, as JSON.")
def list_sites(database: str, as_json: bool) -> None:
    """List the sites with their names and origins.

    \b
    Example:
      widget-server site list --db clinic.db
    """
    with closing(open_store(database, create=False)) as store:
        sites = store.sites()
    if as_json:
        click.echo(json.dumps([dump_site(item) for item in sites], ensure_ascii=False, indent=2))
        return
    if not sites:
        click.echo("There is no site yet: make one with widget-server site add.", err=True)
    for item in sites:
        click.echo("\t".join([item.id, item.name, " ".join(item.origins) or "any origin"]))


@site.command()
@database_option
@click.argument("site_id")
@click.option(
    "--public-url", envvar="FAQ_PUBLIC_URL", required=True, help="The server's own address."
)
@click.option("--mode", type=click.Choice(["inline", "launcher"]), default="inline")
@click.option("--lang", default="", help="A fixed language instead of the page's.")
@click.option("--accent", default="", help="A colour such as #0b6e5f.")
def snippet(
    database: str, site_id: str, public_url: str, mode: str, lang: str, accent: str
) -> None:
    """Print the tag to paste into a page, and the policy line for pages that have one.

    \b
    Example:
      widget-server site snippet northside --db clinic.db --public-url https://faq.example.org
    """
    from widget_server.assets import Assets
    from widget_server.builder import Choice, check_accent
    from widget_server.builder import snippet as make_snippet
    from widget_server.records import Records

    problem, _ = check_accent(accent)
    if problem:
        raise Failure(problem)
    base = Settings(public_url=public_url).public_url.rstrip("/")
    with closing(open_store(database, create=False)) as store:
        site = store.site(site_id)
    choice = Choice(site, mode=mode, lang=lang, accent=accent)
    click.echo(make_snippet(choice, base, Assets(Records(database))))
    click.echo(f"Content-Security-Policy: script-src {base}; connect-src {base}", err=True)


def _changed(before: Site, options: Mapping[str, Any]) -> Site:
    """The site with the options that were given, checked as data from outside is."""
    settings = _from_file(options["settings"])
    data = dump_site(before) | settings
    data |= {key: options[key] for key in _PLAIN if options[key] is not None}
    for key in _MAPS:
        merged = {**data.get(key, {}), **options[key]}
        data[key] = {name: value for name, value in merged.items() if value}
    if options["urgent_term"]:
        data["urgent_terms"] = list(options["urgent_term"])
    data["origins"] = _origins(data.get("origins", []), options)
    for given in (settings, options):
        for part, names in unknown_names(given).items():
            for name, (message,) in names.items():
                raise Failure(f"{part}.{name} {message}")
    webhook = options["webhook"] or ""
    if webhook.startswith("http://") and not Settings.from_env().webhook_private:
        raise Failure("A webhook has to be an https address, or FAQ_WEBHOOK_PRIVATE to be set.")
    return load_site(data)


def _from_file(path: str | None) -> dict[str, Any]:
    """The settings in a file; whose they are is said by the command, not by the file."""
    if not path:
        return {}
    try:
        data = yaml.safe_load(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Failure(f"{path} cannot be read as YAML or JSON: {error}") from None
    if not isinstance(data, dict):
        raise Failure(f"{path} holds no settings: write names with their values.")
    return {key: value for key, value in data.items() if key != "id"}


def _origins(before: list[str], options: Mapping[str, Any]) -> list[str]:
    if options["any_origin"]:
        return []
    missing = [origin for origin in options["remove_origin"] if origin not in before]
    if missing:
        raise Failure(f"{missing[0]} is not among the origins: {', '.join(before) or 'none'}.")
    kept = [origin for origin in before if origin not in options["remove_origin"]]
    if before and not kept and not options["add_origin"]:
        raise Failure(
            "That was the last origin, and a site without any is open to all pages: "
            "say --any-origin if that is meant."
        )
    return list(dict.fromkeys([*kept, *options["add_origin"]]))
