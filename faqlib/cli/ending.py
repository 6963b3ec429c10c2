"""How the command ends: an exit code and at most one sentence on stderr, unless asked for more."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Any

import click

from faqlib.errors import FAQError, InvalidData

NO, WRONG_CALL = 1, 2


class Failure(Exception):
    """The command can not do its work; the text is one sentence with the fix."""


class Command(click.Command):
    """A command that shows examples in its help and takes ``--debug`` as well."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        text = "Show where an error came from."
        self.params.append(click.Option(["--debug"], is_flag=True, expose_value=False, help=text))

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence, whole: it is wrapped where it is listed."""
        return super().get_short_help_str(200)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, each on a line of its own."""
        formatter.write_paragraph()
        formatter.write(f"{'Example' if len(self.examples) == 1 else 'Examples'}:\n")
        for example in self.examples:
            formatter.write(f"  {example}\n")


class Commands(Command, click.Group):
    """A group whose failures are one sentence on stderr."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of a FAQ's life, not of the alphabet."""
        return list(self.commands)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command and exit with its code."""
        words = list(sys.argv[1:] if args is None else args)
        # Whoosh is older than Python's opinion of some of its lines; nobody here can mend them.
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            code = super().main(words, *rest, **{**extra, "standalone_mode": False}) or 0
            sys.stdout.flush()
        except SystemExit as end:  # click's own answer to a closed pipe
            code = end.code
        except BaseException as error:  # noqa: BLE001 - the last line of defence
            if "--debug" in words:
                traceback.print_exc()
            code = _report(error)
        _leave_pipes_quietly()
        sys.exit(code)


def _report(error: BaseException) -> int:
    """Say what went wrong; returns the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return WRONG_CALL
    sentence = " ".join(_sentence(error).split())
    if sentence:
        click.echo(f"faqlib: {sentence}", err=True)
    return WRONG_CALL if isinstance(error, click.UsageError) else NO


def _sentence(error: BaseException) -> str:
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "faqlib"
        return f"{error.format_message().rstrip('.')}; see {path} --help."
    if isinstance(error, BrokenPipeError):
        return ""  # whoever reads has seen enough
    if _was_stopped(error):
        return "stopped."
    if isinstance(error, InvalidData):
        return _first_problem(error)
    if isinstance(error, (Failure, FAQError)):
        return str(error)
    if isinstance(error, OSError):
        reason = (error.strerror or str(error)).lower()
        return f"{error.filename or 'the output'}: {reason}; check the path and its permissions."
    kind = type(error).__name__
    return f"an unexpected {kind} ({error}): run it again with --debug and report what it shows."


def _was_stopped(error: BaseException) -> bool:
    """Whether Ctrl-C is behind it: a library that was just being loaded says so in its own way."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, (click.Abort, KeyboardInterrupt)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _first_problem(error: InvalidData) -> str:
    first, *others = [p for p in error.problems if p.severity == "error"] or error.problems
    if not others:
        return str(first)
    more = f"{len(others)} more {'problem' if len(others) == 1 else 'problems'}"
    return f"{str(first).rstrip('.')} (and {more}: faqlib check lists all)."


def _leave_pipes_quietly() -> None:
    """Keep Python from complaining of a closed pipe while it shuts down."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            _point_at_nothing(stream)


def _point_at_nothing(stream: Any) -> None:
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
    except (OSError, ValueError, AttributeError):
        return
