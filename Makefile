# Everything here needs python3 (3.11 or newer), git and make. Nothing is installed outside .venv.
#   make run PORT=9000      serve at another port
#   make run ARGS=--https   serve the whole network
#   make run PYTHON=python3.13

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PY := .venv/bin/python
PO := $(wildcard locale/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)
UV ?= $(or $(shell command -v uv),.venv/bin/uv)

run: .venv/runtime.stamp $(MO) ## Start Parley with demo data (PORT=8000, ARGS=--https)
	@DEBUG=$${DEBUG:-true} DEMO=$${DEMO:-true} exec $(PY) manage.py up --demo $(ARGS)

test: .venv/dev.stamp $(MO) ## Run the whole suite on SQLite
	@unset DATABASE_URL; $(suite)

test-postgres: export DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/parley
test-postgres: export REQUIRE_POSTGRES = 1
test-postgres: export PGOPTIONS = -c synchronous_commit=off
test-postgres: counted = $(if $(EVERY),--every-parameter)
test-postgres: report = true
test-postgres: in_browsers = $(if $(EVERY),browser and not alone and not looks)
test-postgres: on_its_own = alone and not $(if $(EVERY),looks,browser)
test-postgres: .venv/dev.stamp $(MO) ## Run what sees a database on PostgreSQL (DATABASE_URL=postgres://..., EVERY=1)
	@echo "On $$DATABASE_URL (set DATABASE_URL to name another)"
	@$(suite)

# Tests marked `alone` watch the clock or end processes: they have the machine to themselves. What
# is marked `looks` sees no database: once, on SQLite, is enough. Coverage is counted there, by the
# first phase alone: it reaches nearly every line, and counting makes everything half as fast.
# PostgreSQL is asked with the first parameter of each test; EVERY=1 takes all, and browsers, too.
define suite
	rm -f .coverage; status=0; \
	$(pytest) $(counted) -m "not browser and not alone" \
	  --numprocesses auto --maxprocesses 8 --dist worksteal || status=1; \
	$(if $(in_browsers),$(pytest) -m "$(in_browsers)" -n 2 --dist loadfile || status=1;) \
	$(pytest) -m "$(on_its_own)" || status=1; \
	$(report) || status=1; \
	exit $$status
endef
pytest = $(PY) -m pytest
in_browsers = browser and not alone
on_its_own = alone
counted = --cov --cov-report= --cov-fail-under=0
report = $(PY) -m coverage report

check: .venv/dev.stamp ## Lint, types, layers, templates, migrations, settings
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@.venv/bin/djangofmt --check templates
	@DEBUG=true $(PY) -m mypy
	@$(PY) -c 'import sys; from importlinter.cli import lint_imports as check; sys.exit(check(no_logo=True))'
	@DEBUG=true $(PY) manage.py makemigrations --check --dry-run
	@DEBUG=true $(PY) manage.py check
	@$(production) $(PY) manage.py check --deploy --fail-level WARNING

production = DEBUG=false SITE_URL=https://parley.example \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(48))') \
	FIELD_KEYS=$$($(PY) -c 'from cryptography.fernet import Fernet as F; print(F.generate_key().decode())')

# The service is asked about each locked version; no package is fetched.
audit: .venv/dev.stamp ## Ask whether a locked dependency has a known hole (needs the network)
	@$(PY) .ci/audit requirements/dev.txt

fmt: .venv/dev.stamp ## Put code and templates into their form
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format
	@.venv/bin/djangofmt templates

demo: .venv/runtime.stamp ## Load the demo data again, as of now
	@DEBUG=true DEMO=true $(PY) manage.py demo remove
	@DEBUG=true DEMO=true $(PY) manage.py demo load

wave: .venv/runtime.stamp ## A thousand meetings at nine, measured and drawn (ARGS="--meetings 200")
	@unset DATABASE_URL; $(PY) benchmarks/wave.py $(ARGS)

bench: .venv/dev.stamp $(MO) ## Measure every figure of docs/performance.md (ARGS="--only sqlite")
	@unset DATABASE_URL; ulimit -n 4096; $(PY) -m benchmarks.bench $(ARGS)

chaos: .venv/dev.stamp $(MO) ## Break what a site stands on, one by one, and count (ARGS="--only redis")
	@unset DATABASE_URL; $(PY) -m chaos $(ARGS)

lock: ## Lock the dependencies that pyproject.toml names (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pipx install uv"; exit 1; }
	@$(compile) -o requirements/runtime.txt
	@$(compile) -o requirements/production.txt -c requirements/runtime.txt --extra mail --extra postgres --extra redis --extra sentry --extra server
	@$(compile) -o requirements/dev.txt -c requirements/production.txt --extra mail --extra postgres --extra redis --extra sentry --extra server --group dev

compile := $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header

messages: .venv/runtime.stamp ## Collect texts for translation (needs gettext)
	@command -v msgmerge >/dev/null || { echo "make messages needs gettext: apt install gettext"; exit 1; }
	@DEBUG=true $(PY) manage.py makemessages --all --no-location --no-wrap --no-obsolete -i var -i tests
	@sed -i.bak '/^"POT-Creation-Date:/d' $(PO) && rm -f $(PO:=.bak)

clean: ## Remove what was installed and built; your data in var/ stays
	@rm -rf .venv .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@rm -rf .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@rm -f $(MO)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run test test-postgres check audit fmt demo wave bench chaos lock messages clean help

# --- The environment. Its stamps are touched last, and an install that broke off starts over.

.venv/bin/python:
	@$(environment)

.venv/runtime.stamp: requirements/runtime.txt .venv/bin/python
	$(install)
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/bin/python
	$(install)
	@touch .venv/runtime.stamp $@

define environment
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Parley needs Python 3.11 or" \
		"newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make run PYTHON=python3.12"; exit 1; }; \
	echo "Making .venv"; \
	$(PYTHON) -m venv --clear .venv >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip .venv
endef

define install
	@if [ -e .venv/unfinished ]; then $(environment); fi
	@echo "Installing $<"; touch .venv/unfinished
	@$(installer)
	@rm .venv/unfinished
endef

# By uv when there is one; else by pip, the environment's own or (Debian keeps it apart) the system's.
define installer
	if command -v uv >/dev/null && uv pip install --python $(PY) $(hashed); then exit; fi; \
	if $(PY) -m pip --version >/dev/null 2>&1; then exec $(PY) -m pip install $(hashed); fi; \
	if $(PYTHON) -m pip --version >/dev/null 2>&1; then exec $(PYTHON) -m pip --python $(PY) install $(hashed); fi; \
	echo "There is no pip: install python3-venv, python3-pip or uv, then try again."; exit 1
endef
hashed = --quiet --require-hashes -r $<

%.mo: %.po | .venv/runtime.stamp
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@
