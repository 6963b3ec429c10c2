"""The server's and the widget's fixtures, for the tests of what keeps others out."""

from typing import Any

import pytest

from tests.server.conftest import database, make_app, stored, template
from tests.widget.conftest import browser_type_launch_args as of_the_widget
from tests.widget.conftest import context, pytest_configure

__all__ = [
    "context",
    "database",
    "make_app",
    "of_the_widget",
    "pytest_configure",
    "stored",
    "template",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(of_the_widget: dict[str, Any]) -> dict[str, Any]:
    """The widget's browser, in which names of others lead nowhere at once."""
    nowhere = "--host-resolver-rules=MAP *.example ~NOTFOUND"
    return {**of_the_widget, "args": [*of_the_widget["args"], nowhere]}
