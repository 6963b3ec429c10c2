"""The OpenAPI document is true: generated requests find no 5xx and no undocumented answer."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.server.conftest import PLAIN, bearer
from widget_server import create_app

NO_LIMIT = "1000000/minute"
LIMITS = dict.fromkeys(
    ("rate_feedback", "rate_questions", "rate_admin", "rate_failed_tokens"), NO_LIMIT
)
APP = create_app({**PLAIN, **LIMITS})
# Schemathesis does not unpack what it gets from a WSGI application.
PLAINLY = {"Accept-Encoding": "identity"}
TOKEN = bearer(APP) | PLAINLY
SCHEMA = schemathesis.openapi.from_wsgi("/openapi.json", APP, config=SchemathesisConfig())
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
BOUNDED = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


@SCHEMA.include(path_regex="^/api/v1/sites").parametrize()
@BOUNDED
def test_public_calls_answer_as_documented(case: Any) -> None:
    case.path_parameters["site"] = "exosomes"
    case.call_and_validate(checks=CHECKS, headers=PLAINLY)


@SCHEMA.include(path_regex="^/api/v1/admin").parametrize()
@BOUNDED
def test_editing_calls_answer_as_documented(case: Any) -> None:
    if "site" in (case.path_parameters or {}):
        case.path_parameters["site"] = "family-practice"
    if case.method == "DELETE" and case.operation.path.endswith("{site}"):
        case.path_parameters["site"] = "nowhere"
    case.call_and_validate(checks=CHECKS, headers=TOKEN)


@pytest.mark.parametrize("token", [None, "Bearer wrong"])
def test_no_editing_call_answers_without_a_token(token: str | None) -> None:
    client = APP.test_client()
    headers = {"Authorization": token} if token else {}
    for path, methods in SCHEMA.raw_schema["paths"].items():
        if path.startswith("/api/v1/admin"):
            for method in set(methods) - {"parameters"}:
                filled = path.replace("{site}", "exosomes").replace("{entry_id}", "conditions")
                filled = filled.replace("{report}", "review").replace("{key}", "k")
                assert client.open(filled, method=method, headers=headers).status_code == 401


def test_the_document_names_the_token_where_it_is_needed() -> None:
    for path, methods in SCHEMA.raw_schema["paths"].items():
        for method, call in methods.items():
            if method != "parameters":
                assert bool(call.get("security")) == path.startswith("/api/v1/admin"), path
                assert call["summary"].endswith("."), (method, path)


def test_the_document_says_which_public_answers_a_browser_may_hold() -> None:
    for path, methods in SCHEMA.raw_schema["paths"].items():
        if path.startswith("/api/v1/sites/") and "get" in methods:
            answers = methods["get"]["responses"]
            assert "304" in answers, path
            assert "ETag" in answers["200"]["headers"], path
