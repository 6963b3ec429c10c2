"""The ``widget-server`` command: running the server, and the demo."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import click

from faqlib import FAQError
from faqlib import __version__ as version
from widget_server.cli_doctor import doctor
from widget_server.cli_sites import site
from widget_server.cli_tokens import token
from widget_server.options import Failure, database_option, shown
from widget_server.settings import Settings, SettingsError


class Commands(click.Group):
    """A group whose failures are one sentence on stderr: exit code 1, of a wrong call 2."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command and exit with its code."""
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "widget-server"
            sentence = error.format_message().rstrip(".")
            click.echo(f"widget-server: {sentence}; see {path} --help.", err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo("widget-server: stopped.", err=True)
            sys.exit(1)
        sys.exit(code or 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (Failure, FAQError, SettingsError) as error:
            click.echo(f"widget-server: {shown(str(error))}", err=True)
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
    _end_by(signal.SIGTERM, signal.SIGINT)
    with contextlib.suppress(SystemExit):
        from widget_server.demo.run import run

        run(port, show, click.echo)
    sys.stdout.flush()
    # At once: a model that is still reading an example FAQ would not let go in order.
    os._exit(0)


@main.command()
@database_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=0, type=click.IntRange(0, 64), help="Processes; 0 for one per core."
)
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(database: str, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the sites of a database until SIGTERM or Ctrl-C, finishing what was begun.

    Every setting is an environment variable, such as FAQ_PUBLIC_URL: see docs/settings.md.

    \b
    Example:
      widget-server serve --db clinic.db --host 0.0.0.0
    """
    _end_by(signal.SIGTERM, signal.SIGINT)  # until the server has handlers of its own
    from widget_server.serve import serve as run_server

    settings = Settings.from_env({**os.environ, "FAQ_DATABASE": database})
    os.environ["FAQ_DATABASE"] = _absolute(database)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    run_server(settings, host, port, workers or cores or 1, threads)


def _end_by(*signals: signal.Signals) -> None:
    """Let these end the process in order, with exit code 0."""
    for sign in signals:
        signal.signal(sign, lambda *_: sys.exit(0))


def _absolute(database: str) -> str:
    return database if "://" in database else str(Path(database).resolve())


main.add_command(site)
main.add_command(token)
main.add_command(doctor)

if __name__ == "__main__":
    main()
