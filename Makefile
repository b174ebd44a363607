# Needs only GNU make and Python 3.11 or newer: everything else is installed into .venv.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
NODE_STAMP := frontend/node_modules/.package-lock.json
LAUNCHER := $(PY) -m webhooks_platform.embedded
# Settings that reading the code needs, without a server behind them.
READING := DEBUG=1 DATABASE_URL=postgresql://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0
# The first Python on the path that is new enough; name another one with `make run PYTHON=...`.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
# More arguments for pytest or the benchmark, such as: make test ARGS="tests/delivery -x"
ARGS ?=
# What the benchmark measures, such as: make bench FIGURES=engine,bare (default: all)
FIGURES ?=
LOCK := $(PY) -m uv pip compile pyproject.toml --quiet --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: $(VENV)/base.stamp ## Start the product with its own PostgreSQL and Valkey; Ctrl-C stops it
	@exec $(LAUNCHER) run --follow-parent

.PHONY: test
test: $(VENV)/dev.stamp ## Run all tests, the browser's included (ARGS="..." for pytest)
	@$(PY) -m tests.chromium
	@$(PY) -m tests.faketime
	@$(LAUNCHER) exec -- $(PY) -m pytest -m "not long" $(ARGS)

.PHONY: test-other-servers
test-other-servers: $(VENV)/dev.stamp ## The delivery tests on Debian's PostgreSQL 15 and Redis (root: installs them)
	@.ci/other-servers $(ARGS)

.PHONY: check
check: check-code check-types check-imports check-templates check-migrations check-settings check-assets ## Lint, types, import rules, templates, migrations, built assets (all of them: make -k check)

.PHONY: check-code
check-code: $(VENV)/dev.stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

.PHONY: check-types
check-types: $(VENV)/dev.stamp
	$(READING) $(PY) -m mypy .

.PHONY: check-imports
check-imports: $(VENV)/dev.stamp
	$(READING) $(VENV)/bin/lint-imports

# Not its formatter: that breaks lines where space shows.
.PHONY: check-templates
check-templates: $(VENV)/dev.stamp
	$(PY) -m djlint --lint --quiet accounts audience campaigns channels delivery frontend notifications templates_lib

.PHONY: check-migrations
check-migrations: $(VENV)/dev.stamp
	$(LAUNCHER) exec -- $(PY) manage.py makemigrations --check --dry-run

.PHONY: check-settings
check-settings: $(VENV)/dev.stamp
	HTTPS_ONLY=1 $(LAUNCHER) exec -- $(PY) manage.py check --deploy --fail-level WARNING

# The built files are committed, so only who changes them needs Node.js.
.PHONY: check-assets
check-assets:
	@if node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' 2>/dev/null; then \
		$(MAKE) $(NODE_STAMP) && cd frontend && npm run check; \
	else \
		echo "Node.js 20 or newer is not installed: whether frontend/static/dist is up to date is not checked."; \
	fi

$(NODE_STAMP): frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

.PHONY: bench
bench: $(VENV)/dev.stamp ## Measure the engine against servers that keep their promises (fsync on)
	@$(LAUNCHER) exec --durable -- $(PY) -m tests.bench $(if $(FIGURES),--figures $(FIGURES)) $(ARGS)

.PHONY: chaos
chaos: $(VENV)/dev.stamp ## The long forms of the failure tests
	@$(PY) -m tests.faketime
	@$(LAUNCHER) exec -- $(PY) -m pytest tests/chaos -m "long or not long" -o faulthandler_timeout=0 $(ARGS)

.PHONY: screenshots
screenshots: $(VENV)/dev.stamp ## Take pictures of every page, into docs/screenshots
	@$(PY) -m tests.chromium
	@$(PY) -m tests.browser.fonts
	@DJANGO_SETTINGS_MODULE=webhooks_platform.settings $(READING) $(PY) -m tests.browser.screenshots $(ARGS)

.PHONY: build
build: $(NODE_STAMP) ## Build the frontend's scripts and styles (needs Node.js)
	cd frontend && npm run build

.PHONY: lock
lock: $(VENV)/dev.stamp ## Write requirements/*.txt anew from pyproject.toml
	$(LOCK) --output-file requirements/base.txt
	$(LOCK) --group dev --output-file requirements/dev.txt

# The environment. A stamp is newer than its lock file, so a warm start runs no pip.

$(VENV)/base.stamp: requirements/base.txt $(PY)
	$(call install,$<)
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(PY)
	$(call install,$<)
	@touch $(VENV)/base.stamp $@

$(PY):
	$(create_environment)

define create_environment
@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none is on the path. Install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$(PYTHON) is no Python 3.11 or newer. Name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
@echo "Creating the environment $(VENV) with $$("$(PYTHON)" -V)"
@"$(PYTHON)" -m venv --clear $(VENV)
endef

# An environment whose creation was interrupted has no pip yet: made anew.
define install
@$(PY) -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(VENV)
@echo "Installing the packages of $(1)"
@$(PY) -m pip install --quiet --require-hashes -r $(1)
endef
