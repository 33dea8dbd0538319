# Two commands do everything, on a machine with Python 3.11 or later, make and a package registry:
#
#   make demo     real Airflow workers of several generations, on one server     (SDKS="1.0.6 1.2.2" takes others)
#   make test     the tests of the package and of its example                    (PYTEST="-k name" narrows them)
#
# Each makes the environment it needs, with the locked versions, the first time and whenever the lock has changed.
#
#   make test-postgres    the example's tests once more, its rows on a PostgreSQL server (from Debian's packages)
#
#   make test-clients     every method of the clients of nine Task SDKs, and whole tasks, run by their own supervisors
#
#   make check    everything that must hold: lint, types and test
#   make lint     ruff, which looks for faults and for the layout of the code
#   make types    mypy and pyright, both strict
#   make format   lays the code out
#   make lock     resolves the versions anew
#   make clean    removes what the above have made
#
# PYTHON=python3.13 takes another interpreter; the environment is then made anew.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
SDKS ?= 1.0.0 1.3.2
PYTEST ?=

VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
LOCK := requirements/dev.txt
EXAMPLE := examples/execution_api

# An activated environment, a path or options of the caller's shell must not change what runs here.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTEST_ADDOPTS MYPYPATH UV_PROJECT_ENVIRONMENT
export PYRIGHT_PYTHON_GLOBAL_NODE := false
export PYRIGHT_PYTHON_IGNORE_WARNINGS := true

# The name says which interpreter the environment was made for, so that another one makes it anew.
INTERPRETER := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
READY := $(VENV)/.ready-$(or $(INTERPRETER),none)
CREATED := $(VENV)/.created-$(or $(INTERPRETER),none)

.PHONY: help demo test test-postgres test-clients check lint types format lock clean

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' $(MAKEFILE_LIST)

demo: $(READY)
	@$(PY) -m execution_api.demo $(SDKS)

test: $(READY)
	@$(PY) -m pytest --numprocesses=auto $(PYTEST)

test-postgres: $(READY)
	@$(PY) -m examples.execution_api.tests.postgresql \
	    $(PY) -m pytest --numprocesses=auto $(EXAMPLE)/tests $(PYTEST)

# Each of the two processes has servers, and a worker with its task, beside it.
test-clients: $(READY)
	@$(PY) -m pytest --numprocesses=2 --dist=worksteal $(EXAMPLE)/tests/clients $(PYTEST)

check: lint types test

lint: $(READY)
	@$(VENV)/bin/ruff check src tests examples
	@$(VENV)/bin/ruff format --check src tests examples

types: $(READY)
	@$(VENV)/bin/mypy
	@$(VENV)/bin/pyright --warnings

format: $(READY)
	@$(VENV)/bin/ruff check --fix-only src tests examples
	@$(VENV)/bin/ruff format src tests examples

# --- the environment -------------------------------------------------------------------------------------------------

$(CREATED):
	@if [ -z '$(INTERPRETER)' ]; then \
	    echo 'timegate: no Python here by the name of "$(PYTHON)": name one, 3.11 or later, as PYTHON=…' >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'timegate: "$(PYTHON)" is Python $(INTERPRETER), and 3.11 or later is needed: name another as PYTHON=…' >&2; \
	    exit 1; }
	@echo 'timegate: making $(VENV) for Python $(INTERPRETER)'
	@$(PYTHON) -m venv --clear $(VENV) || { \
	    echo 'timegate: "$(PYTHON) -m venv" failed (on Debian and Ubuntu it needs the package python3-venv)' >&2; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.txt
	@touch $@

# The lock holds hatchling, so that the two packages of this checkout are installed without a build environment.
$(READY): $(CREATED) $(LOCK) pyproject.toml $(wildcard $(EXAMPLE)/pyproject.toml)
	@echo 'timegate: installing $(LOCK)'
	@$(UV) pip sync --quiet --python $(PY) --require-hashes $(LOCK)
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable . --editable $(EXAMPLE)
	@$(UV) pip check --quiet --python $(PY) || { \
	    echo 'timegate: the lock lacks what $(EXAMPLE) asks for: name it in the group "example", then make lock' >&2; \
	    exit 1; }
	@touch $@

# `pip check` above finds what the example asks for and the lock lacks. No address of a registry goes into a lock.
COMPILE = pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

lock: $(CREATED)
	@$(UV) $(COMPILE) --group dev --extra fastapi --output-file $(LOCK) pyproject.toml
	@echo uv | $(UV) $(COMPILE) --constraints $(LOCK) --output-file requirements/uv.txt -
	@! grep -nE '://|^-' $(LOCK) requirements/uv.txt

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
