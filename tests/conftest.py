"""What all tests share, and what was tried: counted and shown, so that a table can be filled."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# No test times the machine. What is loaded already (on CI, Hypothesis' own choice) stays otherwise.
settings.register_profile("faqlib", settings(), deadline=None)
settings.load_profile("faqlib")
TALLY = pytest.StashKey[dict[str, dict[str, int]]]()


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[..., None]:
    """``tally("kill points", tried=1, lost=0)`` adds to what is shown at the end."""
    counts = request.config.stash.setdefault(TALLY, {})

    def add(what: str, **numbers: int) -> None:
        row = counts.setdefault(what, {})
        for name, number in numbers.items():
            row[name] = row.get(name, 0) + number

    return add


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    counts = config.stash.get(TALLY, {})
    if not counts:
        return
    terminalreporter.section("faults")
    for what, row in sorted(counts.items()):
        numbers = ", ".join(f"{number:,} {name}" for name, number in row.items())
        terminalreporter.write_line(f"{what}: {numbers}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    counts = session.config.stash.get(TALLY, {})
    if counts:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        name = f"faults-{worker}.json" if worker else "faults.json"
        path = Path(session.config.rootpath, "test-artifacts", name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(counts, indent=2, sort_keys=True) + "\n")
