# Everything is installed in .venv and node_modules; both may be deleted at any time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
# Address `make serve` listens on, and extra words for pip, such as an index of CPU-only wheels.
ADDRESS ?= 127.0.0.1:8000
PIP_ARGS ?=
# More words for `make strength` and `make reader`, such as "--seeds 200" and "--kinds".
STRENGTH ?=
READER ?=
export NO_MKDOCS_2_WARNING := 1
# One BLAS thread a process: the tests run one process a core.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help serve test site site-offline outputs strength reader bench lint format lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(PY):
	$(PYTHON) -c "import sys; sys.version_info >= (3, 11) or sys.exit(f'Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)

$(VENV)/site.stamp: pyproject.toml constraints.txt package-lock.json | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e ".[site]"
	$(PY) -m sitekit.npm ci --omit=dev
	touch $@

$(VENV)/test.stamp: pyproject.toml constraints.txt package-lock.json | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e ".[test,lint,bench]"
	$(PY) -m sitekit.npm ci
	touch $(VENV)/site.stamp $@

serve: $(VENV)/site.stamp ## build the site and serve it with live reload
	$(PY) -m mkdocs serve --dev-addr $(ADDRESS)

test: $(VENV)/test.stamp ## run every test
	$(PY) -m pytest -n auto

site: $(VENV)/site.stamp ## write a static site to site/, for any server and any sub-path
	$(PY) -m mkdocs build --strict

site-offline: $(VENV)/site.stamp ## write a static site to site-offline/ that opens from file:// with search
	OFFLINE=true $(PY) -m mkdocs build --strict --site-dir site-offline

outputs: $(VENV)/test.stamp ## rewrite the outputs shown under snippets
	$(PY) -m sitekit.snippets --write docs README.md

strength: $(VENV)/test.stamp ## alter every equation and count the altered forms its check rejects
	$(PY) -m texcheck.strength docs --bar 0.98 --packages reference_impl --cache .cache/texcheck $(STRENGTH)

reader: $(VENV)/test.stamp ## measure the reader's goals on every page, in Chromium
	$(PY) -m sitekit.reader $(READER)

bench: $(VENV)/test.stamp ## time each function beside PyTorch and other NumPy code
	$(PY) -m benchmarks

lint: $(VENV)/test.stamp ## lint, formatting and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(VENV)/test.stamp ## format the code
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: $(VENV)/test.stamp ## resolve constraints.txt and package-lock.json anew
	$(PY) -m sitekit.lock

clean: ## delete what was built and installed
	rm -rf $(VENV) node_modules site site-offline .cache
