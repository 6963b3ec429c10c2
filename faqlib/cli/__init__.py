"""The ``faqlib`` command: a client of the library that holds no rule about FAQs itself.

One module for each thing people do: ``files`` reads and checks them, ``finding`` searches,
``golden`` tests, ``databases`` keeps. Importing this package loads click and nothing heavy.
"""

from __future__ import annotations

import click

from faqlib import __version__
from faqlib.cli import databases, files, finding, golden
from faqlib.cli.ending import Commands

__all__ = ["main"]


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=('faqlib search faq.yaml "where can I park"',),
)
@click.version_option(__version__, prog_name="faqlib")
def main() -> None:
    """Read, check, search and keep a clinic's questions and answers.

    A FILE is text, Markdown, HTML, CSV, TSV, JSON, JSON Lines, YAML or DOCX, known by its suffix.
    Exit codes: 0 for done, 1 for no (an error, a problem, a miss), 2 for a wrong call.
    """


for command in (
    files.import_files,
    finding.search,
    files.check,
    golden.run_golden,
    files.convert,
    databases.export,
    databases.history,
    databases.restore_entry,
    databases.backup,
    databases.restore,
):
    main.add_command(command)
