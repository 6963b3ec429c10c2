"""For those who run the server: is it alive, is it ready, how is it doing, what can it do."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from faqlib import FAQError
from widget_server.assets import short_hash
from widget_server.compression import Body
from widget_server.errors import fail
from widget_server.pages import page_file
from widget_server.respond import cacheable, send
from widget_server.state import server

operations = Blueprint("operations", __name__, template_folder="templates")


@operations.get("/healthz")
def alive() -> Response:
    """Whether the process answers at all."""
    return _fresh(jsonify(status="ok"))


@operations.get("/readyz")
def ready() -> Response:
    """Whether the database answers and a projection can be brought up to date."""
    here = server()
    try:
        here.records.check()
        sites = here.clinics.sites()
        if sites:
            faq = here.clinics.faq(sites[0].id)
            faq.published()
            current = str(faq.cursor) == here.clinics.cursor(sites[0].id)
        else:
            current = True
    except FAQError:
        fail(503, "The database does not answer: this worker should get no requests.")
    return _fresh(jsonify(status="ok", sites=len(sites), current=current))


@operations.get("/metrics")
def metrics() -> Response:
    """Counts and times in Prometheus' text format."""
    if not server().settings.metrics:
        fail(404, "Metrics are switched off here: see FAQ_METRICS.")
    registry = current_app.extensions["faq_watch"].registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        # Each worker counts in files of its own; one answer adds them up.
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return _fresh(Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST))


@operations.get("/openapi.json")
def openapi() -> Response:
    """The API as an OpenAPI document."""
    return send(_document(current_app.extensions["faq_api"]), cacheable(server().settings))


@operations.get("/docs")
def docs() -> str:
    """The same as a page to read, without anything from elsewhere."""
    spec = current_app.extensions["faq_api"].spec.to_dict()
    return render_template(
        "docs.html",
        sections=_sections(spec),
        styles=page_file("pages.css"),
        root=request.script_root,
        resolve=lambda node: _resolve(spec, node),
    )


@lru_cache(maxsize=8)
def _document(api: Any) -> Body:
    raw = json.dumps(api.spec.to_dict(), ensure_ascii=False, indent=1).encode("utf-8")
    return Body(raw, short_hash(raw))


def _sections(spec: dict[str, Any]) -> list[dict[str, Any]]:
    sections = {
        tag["name"]: {"text": tag["description"], "calls": []} for tag in spec.get("tags", [])
    }
    for path, methods in spec["paths"].items():
        shared = methods.get("parameters", [])
        for method, call in methods.items():
            if method == "parameters":
                continue
            parameters = [_resolve(spec, item) for item in (*shared, *call.get("parameters", []))]
            entry = {"method": method.upper(), "path": path, "call": call, "parameters": parameters}
            sections[call["tags"][0]]["calls"].append(entry)
    return list(sections.values())


def _resolve(spec: dict[str, Any], node: Any) -> Any:
    """Follow a reference within the document."""
    while isinstance(node, dict) and "$ref" in node:
        found: Any = spec
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
