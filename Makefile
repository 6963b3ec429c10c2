# Every target works on a fresh machine that has Python 3.11+ with venv, and make.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test coverage soak fuzz load mutants lint sbom bench lock clean

help:  ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

$(READY): requirements.lock pyproject.toml tools/compile_board.py $(wildcard faqlib/search/_*.p[xy][ix])
	@test -n "$(PYTHON)" || { echo "There is no Python 3.11 or newer here: install one, or name it with make PYTHON=..."; exit 1; }
	@echo "==> a virtual environment with the locked packages, in $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## the widget on a clinic's page, with the example FAQs
	@echo "==> the demo: Ctrl-C ends it"
	$(BIN)/widget-server demo --open

test: $(READY)  ## every test, in the browser too
	@echo "==> a Chromium for the browser tests"
	$(BIN)/python tools/setup_browser.py
	@echo "==> the tests"
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(COVERAGE)

# On its own: a tracer that one thread installs can end another that begins (CPython 3.11), and
# with it a test.
coverage: COVERAGE := --cov --cov-report=term:skip-covered
coverage: test  ## the same, and which lines they reach

soak: $(READY)  ## the fault tests at full length: processes killed, disks filled
	@echo "==> faults, for a long time"
	FAQ_SOAK=1 $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/faults tests/guard

load: $(READY)  ## visitors, editors and idlers at one server, for a minute
	@echo "==> load on the loopback: it ends by itself"
	$(BIN)/python benchmarks/load.py --seconds 60 --rate 100

mutants: $(READY)  ## remove each guard: a test has to notice
	@echo "==> guards removed one at a time, in a copy of the tree"
	$(BIN)/python tools/mutants.py

fuzz: $(READY)  ## coverage-guided fuzzing of readers, search and schemas
	@echo "==> atheris, a minute for each target"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "atheris>=3.0"
	$(BIN)/python tools/fuzz.py --seconds 60

lint: $(READY)  ## ruff, mypy, import-linter, bandit
	@echo "==> style, types, imports, security"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r faqlib widget_server

sbom: $(READY)  ## the bill of materials, as CycloneDX
	@echo "==> all packages of the lock file, with hashes and licences"
	$(BIN)/python tools/sbom.py

bench: $(READY)  ## the benchmarks, beside their peers
	@echo "==> benchmarks: docs/benchmarks.md is written anew"
	$(BIN)/python benchmarks/run_all.py

lock:  ## renew requirements.lock from pyproject.toml
	@echo "==> the lock file, for every Python and system, with hashes"
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml --all-extras --group dev --group bench --universal \
		--python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet -o requirements.lock
	rm -rf $(VENV)-lock

clean:  ## remove what the targets above made
	rm -rf $(VENV) test-artifacts .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
