"""Who may edit: every editing route with every kind of token."""

from __future__ import annotations

from flask import Flask

from tests.server.conftest import bearer


def test_no_page_may_read_the_editing_api(stored: Flask) -> None:
    headers = bearer(stored) | {"Origin": "https://www.south.example"}
    for site in ("north", "south"):
        for path in ("", "/entries", "/entries/parking", "/export", "/nothing"):
            answer = stored.test_client().get(f"/api/v1/admin/sites/{site}{path}", headers=headers)
            assert not [name for name in answer.headers if name[0].startswith("Access-Control")]
