# Everything a contributor runs. A new machine needs Python 3.11+ with venv and pip, make and git; nothing else.

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
UV := .tools/bin/uv
READY := .venv/.ready
PYTEST := $(BIN)/pytest --numprocesses logical --maxprocesses 8 --dist worksteal

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DELETE_ON_ERROR:

# Use the interpreter that is here, and stay inside our own folders whatever pip's or uv's settings say.
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_USER := 0
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV

.PHONY: help setup run test test-fast lint format translations tour bench lock clean

help: ## Show this list
	@echo "usage: make <target> [ARGS='...']"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

setup: $(READY) ## Make .venv with everything that is needed (does nothing when it is up to date)

run: setup ## Start a demo server; ARGS go to `interlog serve --demo`
	@$(BIN)/interlog serve --demo $(ARGS)

test: setup ## Run all tests in parallel; ARGS go to pytest, e.g. ARGS=tests/store
	@$(PYTEST) $(ARGS)

test-fast: setup ## Run the tests that need neither faults nor other people's clients
	@$(PYTEST) -m "not faults and not client" $(ARGS)

lint: setup ## Check style, types, the direction of imports, and that generated docs are up to date
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check || { echo "Not formatted as above: run 'make format'"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@report=$$($(BIN)/lint-imports --no-logo) || { echo "$$report"; exit 1; }
	@$(BIN)/python -m interlog.docs --check
	@echo "lint: all good"

format: setup ## Format the code and mend what ruff can mend
	@$(BIN)/ruff check --quiet --fix || true
	@$(BIN)/ruff format

translations: setup ## Put new texts of the pages into the files of translators
	@$(BIN)/python -m interlog.web.catalog

tour: setup ## Take the pictures of docs/tour.md anew, with Chromium, from the demo's data
	@$(BIN)/python -m tests.browser.tour $(ARGS)

bench: setup ## Run the benchmarks; ARGS go to `python -m benchmarks`
	@$(BIN)/python -m benchmarks $(ARGS)

lock: $(UV) ## Resolve requirements.lock again; ARGS=--upgrade takes the newest of everything
	@$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-annotate --no-header pyproject.toml --group dev $(ARGS) -o requirements.lock
	@if grep -n '://' requirements.lock; then echo "requirements.lock must name no host"; exit 1; fi

clean: ## Remove everything that was made here
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -prune -exec rm -rf {} +

# uv, at the version and with the hashes of the lock file.
$(UV): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Interlog needs Python 3.11 or newer: make PYTHON=...")'
	@echo "Setting up .tools ..."
	@$(PYTHON) -m venv .tools
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .tools/uv.txt
	@.tools/bin/python -m pip install -qq --require-hashes --no-deps -r .tools/uv.txt
	@touch $(UV)

# Where only pip knows the way to a package index (a mirror in its settings), pip installs the same files: hashes decide.
$(READY): $(UV) requirements.lock pyproject.toml hatch_build.py $(wildcard browser/*)
	@echo "Setting up .venv ..."
	@$(UV) venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" .venv
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock || { \
		echo "uv could not install the locked packages: trying pip and its settings ..."; \
		.tools/bin/python -m pip --python $(BIN)/python install -qq --require-hashes --no-deps -r requirements.lock; }
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $(READY)
