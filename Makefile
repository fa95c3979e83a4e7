# All that is needed before: python3 (3.11 or newer) with its venv module, and make.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PY := .venv/bin/python
LOCK := requirements-dev.txt
COMPILE := .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--python-version 3.11 --custom-compile-command "make lock" pyproject.toml
# mypy's Django plugin reads the settings, which ask for addresses that nobody connects to.
UNUSED_ADDRESSES := DATABASE_URL=postgres://unused@127.0.0.1/unused REDIS_URL=redis://127.0.0.1/0 SECRET_KEY=unused

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## prepare .venv from the pinned, hashed lock; does nothing while the lock is the same
	@cmp -s $(LOCK) .venv/installed.txt && $(PY) -c '' && exit 0
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "error: this needs Python 3.11 or newer; $(PYTHON) is: $$($(PYTHON) --version 2>&1)" >&2; exit 1; }
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "error: $(PYTHON) lacks its venv module (on Debian: apt install python3-venv)" >&2; exit 1; }
	$(PY) -c '' 2>/dev/null || { echo "  … making .venv"; rm -rf .venv; $(PYTHON) -m venv .venv; }
	count=$$(grep -c '^[a-z].*==' $(LOCK)); echo "  … installing up to $$count packages into .venv"
	PYTHONUNBUFFERED=1 $(PY) -m pip install --disable-pip-version-check --no-input --progress-bar off \
	  --require-hashes -r $(LOCK) | awk -v of="$$count" \
	  '/^Collecting/ && !(++n % 20) { print "    " n " of " of " found" } /^Installing/ { print "    unpacking" } { fflush() }'
	cp $(LOCK) .venv/installed.txt
	echo "  ✓ .venv is ready ($$SECONDS s)"

.PHONY: up
up: setup ## run the whole shop: web, worker, beat, Flower, on private PostgreSQL and Valkey
	@exec $(PY) -m tools.local up

.PHONY: backup
backup: setup ## database and photographs into backups/; the shop may be up
	@exec $(PY) -m tools.local kept -- $(PY) manage.py backup

.PHONY: restore
restore: setup ## put one back and audit it, the shop stopped: make restore FROM=backups/… (FORCE=1: over what is there)
	@test -n "$(FROM)" || { echo "error: say which: make restore FROM=backups/…" >&2; exit 1; }
	exec $(PY) -m tools.local kept -- bash -ec '"$$@" restore "$(FROM)" $(if $(FORCE),--force)
	  "$$@" migrate --verbosity 0 && "$$@" audit_stock' - $(PY) manage.py

.PHONY: test
test: setup ## run the whole suite on real servers; ARGS="-k holds" to choose
	@$(if $(COVERAGE),rm -f .coverage .coverage.*)
	$(PY) $(if $(COVERAGE),-m coverage run) -m pytest -n auto --maxprocesses 8 --dist worksteal $(ARGS)
	$(if $(COVERAGE),$(PY) -m coverage combine --quiet && $(PY) -m tests.support.coverage_table)

.PHONY: coverage
coverage: ## the same, measured, the processes of the tests too: a table by app, and the branches that no test takes
	@$(MAKE) test COVERAGE=1

.PHONY: test-pure
test-pure: setup ## the tests that need no server, in seconds; ARGS="-k totals" to choose
	@exec $(PY) -m pytest -m pure $(ARGS)

.PHONY: faults
faults: setup ## every fault under load, with real processes; writes docs/guarantees.md; ARGS="-k redis" to choose
	@FAULTS_REPORT=$(if $(ARGS),,docs/guarantees.md) exec $(PY) -m pytest tests/faults -v --durations=5 $(ARGS)

.PHONY: test-docker
test-docker: setup ## the shop in containers: pages, faults, more replicas, restarts; needs a Docker engine; ARGS="-k rolling"
	@exec $(PY) -m pytest tests/docker -v -s --durations=5 $(ARGS)

.PHONY: chaos
chaos: setup ## all faults mixed at random under load: make chaos SEED=7 SECONDS=120
	@exec $(PY) -m tests.faults.chaos $(if $(SEED),--seed $(SEED)) $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: bench
bench: setup ## how fast it is, in ratios of one run; writes bench/results.json; ARGS="adding pages" to choose
	@exec $(PY) -m bench $(ARGS)

.PHONY: bench-quick
bench-quick: setup ## the same in under three minutes, with shorter rounds and no large tables; writes nothing
	@exec $(PY) -m bench --quick $(ARGS)

.PHONY: bench-ab
bench-ab: setup ## what B costs beside A, to a per cent: make bench-ab A=HEAD~1 B=.; "." is the working tree; ARGS="add cart"
	@exec $(PY) -m bench.ab "$(or $(A),HEAD)" "$(or $(B),.)" $(ARGS)

.PHONY: bench-replay
bench-replay: setup ## a real log through the pages at full speed: make bench-replay FILE=invoices.csv.xz INVOICES=1000
	@exec $(PY) -m bench --log "$(FILE)" --invoices $(or $(INVOICES),1000)

.PHONY: bench-lists
bench-lists: setup ## statements and milliseconds of each list of the back office, with a million rows
	@exec $(PY) -m tools.local -- $(PY) -m bench.admin_lists $(ARGS)

.PHONY: simulate
simulate: setup ## how many processes 10 to 10,000 adds a second need, from bench/results.json; ARGS="--busy 0.6 --wait 10"
	@exec $(PY) -m bench.simulate $(ARGS)

.PHONY: screens
screens: setup ## pictures of each page into docs/screens, of the shop that `make up` runs (PORT=8000)
	@$(PY) -m tests.browser.screens http://127.0.0.1:$${PORT:-8000}
	$(PY) -m tests.browser.screens_office http://127.0.0.1:$${PORT:-8000}

.PHONY: docs
docs: setup ## docs/signals.md, of the docstrings of the signals
	@exec $(PY) -m tools.signals_page

.PHONY: lint
lint: setup ## ruff, mypy, direction of imports, missing migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(UNUSED_ADDRESSES) .venv/bin/mypy .
	.venv/bin/lint-imports
	$(PY) -m tools.local -- $(PY) manage.py makemigrations --check --dry-run

.PHONY: audit
audit: setup ## known vulnerabilities of what requirements.txt pins; asks PyPI, and fails where it does not tell
	@exec .venv/bin/uv tool run pip-audit@2.10.1 --strict --disable-pip --require-hashes -r requirements.txt

.PHONY: format
format: setup ## put all Python files into ruff's format
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

.PHONY: lock
lock: ## pin again what pyproject.toml allows, newest first; `make setup` installs it
	@test -x .venv/bin/uv || { echo "error: run 'make setup' first" >&2; exit 1; }
	$(COMPILE) --upgrade --output-file requirements.txt
	$(COMPILE) --upgrade --group dev --output-file requirements-dev.txt
