"""The ``widget-server`` command."""

from __future__ import annotations

import signal
import sys
from typing import Any

import click

from faqlib import FAQError
from faqlib import __version__ as version
from widget_server.settings import SettingsError


class Commands(click.Group):
    """A group whose failures are one sentence on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (FAQError, SettingsError) as error:
            click.echo(f"widget-server: {error}", err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version, prog_name="widget-server")
def main() -> None:
    """Serve FAQs to clinics' web pages.

    \b
    Example:
      widget-server demo
    """


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), help="The API's port; 0 for any free one.")
@click.option("--open", "show", is_flag=True, help="Open a browser, where there is a display.")
def demo(port: int | None, show: bool) -> None:
    """Run the example FAQs, and a small clinic website that embeds them.

    Prints the addresses, the API's first. Ctrl-C ends it; nothing is stored.

    \b
    Example:
      widget-server demo --open
    """
    from widget_server.demo.run import PortTaken, run

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        run(port, show, lambda text: click.echo(text))
    except PortTaken as error:
        click.echo(f"widget-server: {error}", err=True)
        sys.exit(1)

if __name__ == "__main__":
    main()
