# Two commands do everything, on a machine with Python 3.11 or later, make and a package registry:
#
#   make demo     real Airflow workers of several generations, on one server     (SDKS="1.0.6 1.2.2" runs others,
#                 LANGUAGES="go typescript" adds workers in other languages)
#   make test     the tests of the package and of its example                    (PYTEST="-k name" narrows them)
#
# Each makes the environment it needs, with the locked versions, the first time and whenever the lock has changed.
#
#   make test-postgres    the example's tests once more, on a PostgreSQL server (from Debian's packages)
#
#   make test-clients     every method of the clients of nine Task SDKs, and whole tasks, run by their own supervisors
#
#   make test-languages   workers in Go and TypeScript, each built from the documents of two versions
#
#   make test-matrix      one wheel, its tests over HTTP on each set of releases in requirements/matrix
#   make test-apps        real applications, each in an environment of its own: which of their models can change
#                         (APPS="prefect titiler" narrows it)
#   make demo-airflow     real Airflow, its own server, with Cadwyn and with timegate: what released workers get of each
#   make test-airflow     the recordings of the real server, replayed to it with timegate, on two sets of releases
#   make figures-airflow  counts its version files, with Cadwyn and with timegate
#   make test-cache       a real cache in front of an app: nginx, from Debian's packages
#
#   make growth           counts that what a request costs grows no faster than its size   (GROWTH=full up to 256 KiB)
#   make test-rolling     two releases of the example's server behind one balancer, upgraded and rolled back under load
#   make test-load        200 workers of mixed versions on one server for LOAD_SECONDS=60, and a server that is killed
#
#   make fuzz     EXCHANGES=20000 requests of old clients to random old apps and to today's, drawn by SEED=7
#   make nightly  what takes long: a million such requests, growth up to 256 KiB, every breakage, ten times the random
#                 cases, and the load
#
#   make clients    generates the models with which a client of each version of the example reads its responses
#   make snapshots  updates the snapshots of what the example sends and receives, and of what mistakes say; look at the difference
#
#   make docs     builds the site of the documentation into .site/html, and follows its links
#   make test-suites      FastAPI's and Starlette's own tests, bare and behind the middleware: what passes bare must pass behind it
#                         (SHARE=20 runs one file in twenty, picked by SEED=7)
#
#   make contracts  holds the example to the frozen contracts of its versions
#
#   make figures  counts the tests of each harness
#
#   make check    everything that must hold: lint, types and test
#   make lint     ruff: the linter and the check of the code's format
#   make types    mypy and pyright, both strict
#   make format   formats the code
#   make lock     resolves the locked versions again
#   make bench    measures everything, also the bare frameworks and Cadwyn     (BENCH="--only transform" narrows it)
#   make bench-check          measures what has a target, and fails if one is missed
#   make bench-bulk           a million stored payloads, on one and two processes, by the command and on Dask
#   make bench-instructions   counts the instructions of the hot path under valgrind, and fails if one has grown
#                             (RECORD=1 records the counts as the baseline)
#   make clean    removes what the above have created
#
# PYTHON=python3.13 uses another interpreter; the environment is then created again.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
SDKS ?= 1.0.0 1.3.2
LANGUAGES ?=
PYTEST ?=
BENCH ?=
RECORD ?=

VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
LOCK := requirements/dev.txt
EXAMPLE := examples/execution_api

# An activated environment, a path or options of the caller's shell must not affect the commands here.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTEST_ADDOPTS MYPYPATH UV_PROJECT_ENVIRONMENT
# A seeded test draws the same cases in each process, whatever the order of a set of names.
export PYTHONHASHSEED := 0
export PYRIGHT_PYTHON_GLOBAL_NODE := false
export PYRIGHT_PYTHON_IGNORE_WARNINGS := true

# The name contains the interpreter's version, so that another interpreter creates a new environment.
INTERPRETER := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
READY := $(VENV)/.ready-$(or $(INTERPRETER),none)
CREATED := $(VENV)/.created-$(or $(INTERPRETER),none)

.PHONY: help demo demo-airflow go test test-languages test-apps test-airflow types-airflow figures-airflow growth test-postgres test-clients test-matrix test-cache test-load test-rolling fuzz nightly clients snapshots \
    contracts figures docs \
    check lint types format lock bench bench-check bench-bulk bench-instructions clean

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' $(MAKEFILE_LIST)

demo: $(READY) $(if $(findstring go,$(LANGUAGES)),go)
	@LANGUAGES='$(LANGUAGES)' $(PY) -m execution_api.demo $(SDKS)

# Without it, root installs it, and everybody else is told how.
go:
	@command -v go >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || { \
	    echo 'timegate: installing golang-go'; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    apt-get update -qq && apt-get install -qq -y --no-install-recommends golang-go >/dev/null; }

test-languages: $(READY) go
	@$(PY) -m pytest --timeout=900 examples/workers/tests $(PYTEST)

test: $(READY)
	@# A test checks that no snapshot is unused; syrupy's own count is wrong where several processes share the tests.
	@$(PY) -m pytest --numprocesses=auto --snapshot-warn-unused --ignore=tests/growth $(PYTEST)

growth: $(READY)
	@GROWTH=$(GROWTH) $(PY) -m pytest --numprocesses=auto tests/growth $(PYTEST)

test-postgres: $(READY)
	@$(PY) -m examples.execution_api.tests.postgresql \
	    $(PY) -m pytest --numprocesses=auto --snapshot-warn-unused $(EXAMPLE)/tests $(PYTEST)

# Without it, root installs it, and everybody else is told how.
.PHONY: nginx
nginx:
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || { \
	    echo 'timegate: installing nginx-light'; \
	    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; \
	    apt-get update -qq && apt-get install -qq -y --no-install-recommends nginx-light >/dev/null; }

test-cache: $(READY) nginx
	@$(PY) -m pytest tests/asgi/nginx $(PYTEST)

ROLLING_SECONDS ?= 4

test-rolling: $(READY) nginx
	@$(PY) -m examples.execution_api.tests.rolling --seconds $(ROLLING_SECONDS)

# One wheel is built, and each set of releases has an environment of its own, without `src` on its path.
MATRIX := .venv-matrix
CELLS := $(patsubst requirements/matrix/%.in,%,$(sort $(wildcard requirements/matrix/*.in)))
WHEEL := $(MATRIX)/wheel/.built
WIRED := tests/asgi tests/reading tests/documents tests/silence tests/painless tests/cells/test_cells_http.py tests/cells/test_cells_modes.py tests/test_starlette.py tests/test_operations.py

# What writes and checks contracts depends on what pydantic and FastAPI make of an app; a command is slow to start.
RELEASING := tests/frozen tests/testing tests/cli/test_releasing.py tests/cli/test_command.py
RELEASING_CELLS := newest lowest-pydantic

test-matrix: $(CELLS:%=test-matrix-%)

.PHONY: $(CELLS:%=test-matrix-%)
$(CELLS:%=test-matrix-%): test-matrix-%: $(MATRIX)/%/.ready
	@$(MATRIX)/$*/bin/python requirements/matrix/shown.py
	@$(MATRIX)/$*/bin/python -m pytest --quiet --numprocesses=2 $(WIRED) \
	    $(if $(filter $*,$(RELEASING_CELLS)),$(RELEASING)) $(PYTEST)

# Each application has its own environment; GitHub's API is a document, from a package of npm.
APP_ENVIRONMENTS := .venv-apps
GITHUB_DOCUMENT := @octokit/openapi@23.0.2
APPS ?= $(patsubst requirements/apps/%.in,%,$(sort $(wildcard requirements/apps/*.in))) github

test-apps: $(READY) $(APPS:%=$(APP_ENVIRONMENTS)/%/.ready)
	@$(PY) -m tests.apps $(APPS)

$(APP_ENVIRONMENTS)/github/.ready: Makefile
	@mkdir -p $(@D)
	@cd $(@D) && npm pack --silent $(GITHUB_DOCUMENT) >/dev/null && tar -xzf octokit-openapi-*.tgz package/generated/api.github.com.json
	@touch $@

$(APP_ENVIRONMENTS)/%/.ready: requirements/apps/%.txt $(CREATED)
	@echo 'timegate: making $(@D)'
	@$(UV) venv --quiet --clear --python $(PY) $(@D)
	@$(UV) pip sync --quiet --python $(@D) $<
	@touch $@

# Airflow in environments of its own: as it pins FastAPI, with Cadwyn, and on the newest FastAPI, without.
AIRFLOW := .venv-airflow
AIRFLOW_EXAMPLE := examples/airflow
AIRFLOW_PATH := $(AIRFLOW_EXAMPLE)/without_cadwyn:src:$(EXAMPLE)/src:.

demo-airflow: $(READY) $(AIRFLOW)/pinned/.ready
	@$(PY) -m examples.airflow.demo

test-airflow: test-airflow-pinned test-airflow-newest types-airflow

.PHONY: test-airflow-pinned test-airflow-newest
test-airflow-pinned test-airflow-newest: test-airflow-%: $(AIRFLOW)/%/.ready
	@$(AIRFLOW)/$*/bin/python -c "from importlib.metadata import version as v; \
	    print('Airflow', v('apache-airflow-core'), 'on FastAPI', v('fastapi'), 'and Starlette', v('starlette'))"
	@PYTHONPATH=$(AIRFLOW_PATH) $(AIRFLOW)/$*/bin/python -m pytest --quiet --config-file $(AIRFLOW_EXAMPLE)/pytest.ini \
	    --rootdir . $(AIRFLOW_EXAMPLE)/tests $(PYTEST)

types-airflow: $(READY) $(AIRFLOW)/pinned/.ready
	@$(VENV)/bin/mypy --python-executable $(AIRFLOW)/pinned/bin/python $(AIRFLOW_EXAMPLE)
	@$(VENV)/bin/pyright --warnings --project $(AIRFLOW_EXAMPLE) --pythonpath $(AIRFLOW)/pinned/bin/python

figures-airflow: $(AIRFLOW)/pinned/.ready
	@PYTHONPATH=. $(AIRFLOW)/pinned/bin/python -m examples.airflow.counted

$(AIRFLOW)/%/.ready: requirements/airflow/%.txt $(AIRFLOW_EXAMPLE)/newest_fastapi.py $(CREATED)
	@echo 'timegate: making $(@D)'
	@$(UV) venv --quiet --clear --python $(PY) $(@D)
	@$(UV) pip sync --quiet --python $(@D) $<
	@[ $* != newest ] || $(PY) $(AIRFLOW_EXAMPLE)/newest_fastapi.py $(@D)
	@touch $@

# The suites of others, from their source distributions.
SUITES := .venv-suites
SHARE ?= 1

test-suites: $(READY) $(SUITES)/.ready
	@$(PY) -m tests.suites --share $(SHARE) --seed $(SEED)

$(SUITES)/.ready: requirements/suites/suites.txt requirements/suites/sources.txt $(CREATED)
	@echo 'timegate: making $(@D)'
	@$(UV) venv --quiet --clear --python $(PY) $(@D)
	@$(UV) pip sync --quiet --python $(@D) $<
	@$(@D)/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-binary :all: \
	    --require-hashes --dest $(@D)/src --requirement requirements/suites/sources.txt
	@for source in $(@D)/src/*.tar.gz; do tar -xzf $$source -C $(@D)/src; done
	@touch $@

# Only two processes, because each also starts servers, and a worker with its task.
test-clients: $(READY)
	@$(PY) -m pytest --numprocesses=2 --dist=worksteal $(EXAMPLE)/tests/clients $(PYTEST)

LOAD_SECONDS ?= 60

test-load: $(READY)
	@$(PY) -m examples.execution_api.tests.load --seconds $(LOAD_SECONDS)

EXCHANGES ?= 20000
SEED ?= 7

fuzz: $(READY)
	@$(PY) -m tests.twins --exchanges $(EXCHANGES) --seed $(SEED)

# Every test that draws more cases where it is told to.
RANDOM_TESTS = $(shell grep -lrE --include='test_*.py' 'from tests\.many import|random_cases' tests | sort)

# Another seed each night; it is printed, and `make fuzz SEED=…` repeats what it found.
nightly: SEED := $(shell date +%Y%m%d)
nightly: $(READY)
	@$(PY) -m tests.twins --exchanges 1000000 --seed $(SEED) --each 500
	@$(PY) -m tests.twins.breakages
	@GROWTH=full $(PY) -m pytest --numprocesses=auto --timeout=3600 tests/growth
	@TIMEGATE_RANDOM_CASES=10 $(PY) -m pytest --numprocesses=auto --timeout=3600 $(RANDOM_TESTS)
	@$(MAKE) --no-print-directory test-load LOAD_SECONDS=600

clients: $(READY)
	@$(PY) -m examples.execution_api.tests.client_models.generate

snapshots: $(READY)
	@$(PY) -m pytest --numprocesses=auto --snapshot-update $(EXAMPLE)/tests/test_payload_snapshots.py \
	    tests/painless/test_mistakes.py

contracts: $(READY)
	@$(PY) -m timegate.cli check execution_api.versions:timeline --contract execution_api.versions.serving:contract \
	    --folder $(EXAMPLE)/contracts

figures: $(READY)
	@$(PY) -m tests.figures

# The generator has an environment of its own: what it needs is not for those who use the package.
DOCS := .venv-docs

docs: $(READY) $(DOCS)/.ready
	@$(PY) -m docs.site.build $(CURDIR)/$(DOCS)/bin/zensical

$(DOCS)/.ready: requirements/docs.txt $(CREATED)
	@echo 'timegate: making $(@D)'
	@$(UV) venv --quiet --clear --python $(PY) $(@D)
	@$(UV) pip sync --quiet --python $(@D) --require-hashes $<
	@touch $@

check: lint types test

lint: $(READY)
	@$(VENV)/bin/ruff check src tests examples benchmarks
	@$(VENV)/bin/ruff format --check src tests examples benchmarks

types: $(READY)
	@$(VENV)/bin/mypy
	@$(VENV)/bin/pyright --warnings

format: $(READY)
	@$(VENV)/bin/ruff check --fix-only src tests examples benchmarks
	@$(VENV)/bin/ruff format src tests examples benchmarks

# --- measuring -------------------------------------------------------------------------------------------------------

# A separate environment inside the other one, so that no test can import what is only needed for comparison.
BENCH_LOCK := requirements/bench.txt
BENCH_PY := $(VENV)/bench/bin/python
BENCH_READY := $(VENV)/bench/.ready-$(or $(INTERPRETER),none)

bench: $(BENCH_READY)
	@$(BENCH_PY) -m benchmarks --tables --json $(VENV)/bench/results.json $(BENCH)

bench-check: $(BENCH_READY)
	@$(BENCH_PY) -m benchmarks --check --json $(VENV)/bench/checked.json $(BENCH)

bench-bulk: $(READY)
	@$(PY) -m benchmarks.bulk

# Without it, root installs it, and everybody else is told how.
bench-instructions: $(BENCH_READY)
	@command -v valgrind >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || { \
	    echo 'timegate: installing valgrind'; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    apt-get update -qq && apt-get install -qq -y --no-install-recommends valgrind >/dev/null; }
	@$(BENCH_PY) -m benchmarks.instructions $(if $(RECORD),--record)

$(BENCH_READY): $(CREATED) $(BENCH_LOCK) pyproject.toml
	@echo 'timegate: installing $(BENCH_LOCK)'
	@$(PY) -m venv --clear --without-pip $(VENV)/bench
	@$(UV) pip sync --quiet --python $(BENCH_PY) --require-hashes $(BENCH_LOCK)
	@$(UV) pip install --quiet --python $(BENCH_PY) --no-deps --no-build-isolation --editable .
	@touch $@

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

$(WHEEL): $(READY) $(shell find src -name '*.py' -o -name py.typed) pyproject.toml README.md LICENSE
	@rm -rf $(@D)
	@$(PY) -m hatchling build --target wheel --directory $(@D) >/dev/null
	@touch $@

$(MATRIX)/%/.ready: requirements/matrix/%.txt $(WHEEL)
	@echo 'timegate: making $(@D)'
	@$(UV) venv --quiet --clear --python $(PY) $(@D)
	@$(UV) pip sync --quiet --python $(@D) $<
	@$(UV) pip install --quiet --python $(@D) --no-deps $(MATRIX)/wheel/*.whl
	@$(UV) pip check --quiet --python $(@D)
	@touch $@

# `pip check` above finds what the example requires and the lock lacks. A lock contains no address of a registry.
COMPILE = pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

COMPILE_CELL = pip compile --quiet --universal --python-version 3.11 --upgrade --no-annotate \
    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --group test

COMPILE_APP = pip compile --quiet --python-version 3.11 --upgrade --no-annotate \
    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

lock: $(CREATED)
	@$(UV) $(COMPILE) --group dev --all-extras --output-file $(LOCK) pyproject.toml
	@$(UV) $(COMPILE) --constraints $(LOCK) --group bench --extra fastapi --output-file $(BENCH_LOCK) pyproject.toml
	@$(UV) $(COMPILE) --no-annotate --output-file requirements/docs.txt requirements/docs.in
	@echo uv | $(UV) $(COMPILE) --constraints $(LOCK) --output-file requirements/uv.txt -
	@for cell in $(CELLS); do \
	    $(UV) $(COMPILE_CELL) --output-file requirements/matrix/$$cell.txt requirements/matrix/$$cell.in; done
	@for app in $(notdir $(basename $(wildcard requirements/apps/*.in))); do \
	    $(UV) $(COMPILE_APP) --output-file requirements/apps/$$app.txt requirements/apps/$$app.in; done
	@$(UV) $(COMPILE_APP) --output-file requirements/suites/suites.txt requirements/suites/suites.in
	@$(UV) $(COMPILE_APP) --output-file requirements/airflow/pinned.txt requirements/airflow/pinned.in
	@$(UV) $(COMPILE_APP) --override requirements/airflow/newest.override --output-file requirements/airflow/newest.txt \
	    requirements/airflow/pinned.in
	@! grep -nE '://|^-' $(LOCK) $(BENCH_LOCK) requirements/docs.txt requirements/uv.txt requirements/matrix/*.txt requirements/apps/*.txt \
	    requirements/airflow/*.txt requirements/suites/suites.txt

clean:
	rm -rf $(VENV) $(MATRIX) $(APP_ENVIRONMENTS) $(AIRFLOW) $(DOCS) $(SUITES) .site .mypy_cache .pytest_cache .ruff_cache .hypothesis
