# arms_registry: make run serves the register, make test passes its tests; nothing else is needed.

PYTHON ?= python3
PORT ?= 8000
CASES ?= 10000
CLOCK ?= now
ORDER ?= 1
JUNK ?= 400
SEED ?= 1
OUT ?= /tmp/arms_registry-screenshots
ROWS ?= 1000000
PY := .venv/bin/python

.PHONY: run test tools clocks generated crawl screenshots lint types docs lock clean bench

run: .venv/run.stamp ## set up, load the data, serve
	@$(PY) manage.py serve --port $(PORT)

test: .venv/dev.stamp ## set up, pass the tests on SQLite and, where there is one, on PostgreSQL
	@$(PY) -m pytest
	@$(PY) -m tests.support.clocks $(CLOCK) -m tests.support.on_postgresql

tools: .venv/tools.stamp ## set up the programs of others that some tests need (npm must be there)

clocks: .venv/dev.stamp ## pass the tests in another order a year ahead; with `make test CLOCK=leap` on a leap day
	@ORDER=$(ORDER) $(PY) -m tests.support.clocks year -m pytest -m "not browser and not once"

generated: .venv/dev.stamp ## send requests generated from the schema: make generated CASES=100000
	@CASES=$(CASES) $(PY) -m pytest -q tests/api/test_schemathesis.py

crawl: .venv/dev.stamp ## send junk to every address of the admin: make crawl JUNK=5000 SEED=2
	@JUNK=$(JUNK) SEED=$(SEED) $(PY) -m pytest -q tests/admin/test_junk.py

screenshots: .venv/dev.stamp ## save pictures of the admin's pages: make screenshots OUT=FOLDER
	@SCREENSHOTS=$(OUT) $(PY) -m pytest -q -n 0 tests/admin/test_look_browser.py
	@echo "The pictures are in $(OUT)"

lint: .venv/dev.stamp ## check style, format and that no migration is missing
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) manage.py makemigrations --check --dry-run

types: .venv/dev.stamp ## check types
	@$(PY) -m mypy

docs: .venv/dev.stamp ## write docs/reference/ and the outputs of the documents' examples anew
	@$(PY) -m docs.generate
	@UPDATE_DOCS=1 $(PY) -m pytest -q -n 0 -k written_anew tests/test_documents.py

lock: .venv/dev.stamp ## write requirements*.txt anew from pyproject.toml
	@$(PY) -m pip install --quiet uv
	@$(PY) -m uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  pyproject.toml -o requirements.txt
	@$(PY) -m uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  pyproject.toml --group dev -o requirements-dev.txt

bench: .venv/dev.stamp ## measure what the project claims of its speed: make bench ROWS=100000
	@$(PY) -m benchmarks --rows $(ROWS)

clean: ## remove the virtual environment; data stay
	rm -rf .venv

.venv/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "arms_registry needs Python 3.11 or newer; '$(PYTHON)' is" \
	    "$$($(PYTHON) --version 2>&1 || true). Name another: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "Python cannot make a virtual environment here (Debian: apt install python3-venv)." >&2; exit 1; }
	@touch $@

.venv/run.stamp: .venv/python.stamp requirements.txt
	@echo "Setting up (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: .venv/python.stamp requirements-dev.txt
	@echo "Setting up for tests (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run.stamp

.venv/tools.stamp: .venv/python.stamp tests/outside/requirements.txt tests/outside/package-lock.json
	@$(PY) -m venv .venv/tools
	@.venv/tools/bin/pip install --quiet --disable-pip-version-check -r tests/outside/requirements.txt
	@cp tests/outside/package.json tests/outside/package-lock.json .venv/tools/
	@npm ci --prefix .venv/tools --silent --ignore-scripts --no-audit --no-fund
	@touch $@
