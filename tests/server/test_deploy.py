"""The files of deploy/: they name what there is, and nginx goes on answering without the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.server.test_running import Start, free_port, get, start, wait_for
from widget_server.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
SEARCH = "/api/v1/sites/north/search?q=parking"
__all__ = ["start"]  # the fixture


@contextmanager
def nginx(folder: Path, server: int) -> Iterator[tuple[int, Path]]:
    """deploy/nginx.conf in front of a server on this machine: its port and its log."""
    port, log = free_port(), folder / "access.log"
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for there, here in (
        ("/tmp/", f"{folder}/"),
        ("server faq:8000", f"server 127.0.0.1:{server}"),
        ("listen 8080", f"listen 127.0.0.1:{port}"),
        ("/dev/stdout", str(log)),
        ("worker_processes auto", "worker_processes 1"),
    ):
        assert there in text
        text = text.replace(there, here)
    (folder / "nginx.conf").write_text(text, "utf-8")
    first = "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", first]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(200):
            assert process.poll() is None, process.communicate()[1]
            try:
                get(f"http://127.0.0.1:{port}/healthz")
                break
            except OSError:
                time.sleep(0.05)
        yield port, log
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_answers_from_its_cache_while_the_server_is_down(
    start: Start, database: str, tmp_path: Path
) -> None:
    port = free_port()
    paths = ["/api/v1/sites/north/bundle", SEARCH, "/widget.js", "/sites/north/"]
    process = start(
        "serve", "--db", database, "--port", str(port), "--workers", "1", FAQ_MAX_AGE="1"
    )
    wait_for(f"http://127.0.0.1:{port}/readyz", process)
    with nginx(tmp_path, port) as (front, log):
        base = f"http://127.0.0.1:{front}"
        before = {path: get(base + path) for path in paths}
        assert {status for status, _ in before.values()} == {200}
        assert get(f"{base}/metrics")[0] == 403
        process.terminate()
        process.wait(20)
        time.sleep(1.5)  # what is cached is too old now, but better than nothing
        assert {path: get(base + path) for path in paths} == before
        assert get(f"{base}/api/v1/admin/sites")[0] == 502
    logged = log.read_text("utf-8")
    assert logged.count(" 200 ") >= 2 * len(paths)
    assert "parking" not in logged
    assert "127.0.0.1" not in logged


def test_the_compose_file_sets_only_what_there_is_and_gives_no_rights() -> None:
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    faq = services["faq"]
    settings = Settings.from_mapping(
        {name: value for name, value in faq["environment"].items() if "$" not in value}
    )
    assert settings.proxies == 1  # nginx, and no other
    known = {f"FAQ_{name.upper()}" for name in Settings.__dataclass_fields__}
    assert set(faq["environment"]) <= known
    assert (faq["read_only"], faq["cap_drop"], faq["user"]) == (True, ["ALL"], "10001")
    assert "ports" not in faq
    assert "ports" not in services["database"]
    assert (DEPLOY / faq["build"]["context"] / faq["build"]["dockerfile"]).is_file()


def test_the_image_runs_without_root_and_tells_whether_it_is_ready() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    last = text.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001$", last, re.M)
    assert last.index("USER 10001") < last.index("\nCMD")
    assert "/readyz" in last.partition("HEALTHCHECK")[2]
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M):
        for name in copied.split():
            assert (DEPLOY.parent / name).exists(), name


def test_the_image_takes_one_version_of_each_package_whatever_its_python_is() -> None:
    """Two versions of one package, both without their condition, and pip installs nothing."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    command = re.findall(r"^RUN (sed .*) > versions.txt", text, re.M)[0]
    listed = subprocess.run(
        ["sh", "-c", command], cwd=DEPLOY.parent, capture_output=True, text=True, check=True
    ).stdout
    versions = [Requirement(line) for line in listed.splitlines()]
    for python in ("3.11.9", "3.12.9", "3.13.9"):
        here = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
        names = [v.name for v in versions if v.marker is None or v.marker.evaluate(here)]
        assert "flask" in names
        assert len(names) == len(set(names))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "widget-server.service").read_text("utf-8")
    unit = tmp_path / "widget-server.service"
    unit.write_text(
        text.replace("/opt/widget-server/bin/widget-server", shutil.which("true") or "")
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
