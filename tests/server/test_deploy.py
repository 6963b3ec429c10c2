"""The files of deploy/ name what there is; nginx's is run in tests/guard/test_load.py."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from widget_server.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"


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
    for python in ("3.11.9", "3.12.9", "3.13.9", "3.14.2"):
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
