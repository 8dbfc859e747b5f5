# The words: up, test, tour, down; and for people who change Windlass: lint, format, types, golden, schemas, bench.
# Everything is installed into .venv from hash-pinned requirement files; uv comes from there too.

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
STAMP := .venv/.installed
export UV_PYTHON_DOWNLOADS = never

.DEFAULT_GOAL := help
.PHONY: help install up test test-cluster e2e test-all tour down lint format types golden schemas bench bench-cluster bench-compiler locks clean

help:
	@echo "make up      install everything, then check, train, gate, register, package, release and serve specs/vision/digits here"
	@echo "make test    the test suite, offline once installed     make test-all   the slow ones and test-cluster too"
	@echo "make test-cluster  the tests that ask a real Kubernetes API server, which is built once with Go"
	@echo "make e2e     a model trained by Argo Workflows and served by pods on a node of its own; needs root, containerd and Argo's programs"
	@echo "make tour    the GitOps story in a scratch repository"
	@echo "make down    stop what runs here"
	@echo "also         install lint format types golden schemas bench bench-cluster bench-compiler locks clean"

install: $(STAMP)

$(STAMP): requirements/dev.lock requirements/installer.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Windlass needs Python 3.11 or newer; \`make PYTHON=python3.12 up\` names another one."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python lacks venv or pip. On Debian and Ubuntu: sudo apt install python3-venv python3-pip"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing the tool into .venv"
	@test -x $(UV) || { if command -v uv >/dev/null 2>&1; then ln -s "$$(command -v uv)" $(UV); \
	  else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.lock; fi; }
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements/dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --compile-bytecode --editable .
	@echo "installing the models' own environments"
	@$(BIN)/windlass init
	@$(BIN)/windlass lock
	@touch $(STAMP)

up: install
	@$(BIN)/windlass up vision/digits

down: install
	@$(BIN)/windlass down

tour: install
	@$(BIN)/python docs/tour

test: install
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m "not slow and not cluster and not node"

# A server for each worker: one test may kill its own while another's goes on. Many wait for time to pass, so there are three.
test-cluster: install
	@$(BIN)/python -m tests.cluster.binaries
	@$(BIN)/python -m pytest -q -n 3 --dist loadgroup -m cluster

# It changes the machine while it runs: an address on loopback, a bridge, mounts. All of it is taken away in the end.
e2e: install
	@$(BIN)/python -m tests.node.binaries
	@$(BIN)/python -m pytest -q -m node tests/node

test-all: install
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m "not cluster and not node"
	@$(MAKE) --no-print-directory test-cluster

lint: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory types

types: install
	@$(BIN)/mypy

format: install
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

golden: install
	@WINDLASS_GOLDEN=1 $(BIN)/python -m pytest -q tests/backends

schemas: install
	@$(BIN)/windlass schema

bench: install
	@$(BIN)/python benchmarks/run.py

bench-cluster: install
	@$(BIN)/python benchmarks/applying.py

bench-compiler: install
	@$(BIN)/python benchmarks/compiler.py

# Pins anew from the .in files: hashes, no index address.
locks:
	@for name in installer tool dev; do $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 requirements/$$name.in -o requirements/$$name.lock; done
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 benchmarks/peers/requirements.in -o benchmarks/peers/requirements.lock

clean: down
	@rm -rf .venv .windlass
