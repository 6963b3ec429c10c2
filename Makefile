# Every target works on a fresh machine that has Python 3.11+ with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint bench soak lock clean

$(READY): requirements.lock pyproject.toml tools/setup_browser.py
	@echo "==> a virtual environment with the locked packages, in $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## the widget on a clinic's page, with the example FAQ
	@echo "==> the demo: Ctrl-C ends it"
	$(BIN)/widget-server demo --open

test: $(READY)  ## every test, in the browser too
	@echo "==> a Chromium for the browser tests"
	$(BIN)/python tools/setup_browser.py
	@echo "==> the tests, with coverage"
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered

lint: $(READY)  ## ruff, mypy, import-linter, bandit
	@echo "==> style, types, imports, security"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -r faqlib widget_server

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
