"""The server's and the widget's fixtures, for the tests of what keeps others out."""

from tests.server.conftest import database, make_app, stored, template

__all__ = ["database", "make_app", "stored", "template"]
