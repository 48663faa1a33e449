# Everything that is done with riskreg. `make` alone lists it.
#
# What is installed is stamped with a checksum of its lock file, so a second run installs nothing and needs no network.

.DEFAULT_GOAL := help
.PHONY: help setup run advance test check format bench clean
.DELETE_ON_ERROR:

PY := .venv/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input
sum = $(shell cat $(1) | cksum | tr ' ' '-')

RUN_STAMP := .venv/.installed-run-$(call sum,requirements/run.txt)
DEV_STAMP := .venv/.installed-dev-$(call sum,requirements/run.txt requirements/dev.txt)
NODE_STAMP := node_modules/.installed-$(call sum,package.json package-lock.json)
PAGE_STAMP := static/vendor/.built-$(call sum,package.json package-lock.json $(wildcard static/src/*))

help: ## list what can be asked for
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

setup: $(DEV_STAMP) $(PAGE_STAMP) ## install everything for development

run: export RISKREG_ENV := demonstration
run: export RISKREG_DEMONSTRATION_SIGN_IN := 1
run: export RISKREG_TODAY ?= 2017-04-03
run: $(RUN_STAMP) $(PAGE_STAMP) ## start the demonstration (PORT=8000 SMTP_PORT=8025 MAILBOX_PORT=8001)
	@exec $(PY) -m flask --app wsgi start

advance: export RISKREG_ENV := demonstration
advance: export RISKREG_TODAY ?= 2017-04-03
advance: export RISKREG_BASE_URL ?= http://127.0.0.1:$(or $(PORT),8000)
advance: $(RUN_STAMP) ## move the running demonstration on, day by day (TO=2017-05-31)
	@test -n "$(TO)" || { echo "Say the day to move on to: make advance TO=2017-05-31"; exit 2; }
	@$(PY) -m flask --app wsgi demo advance --to "$(TO)"

test: $(DEV_STAMP) $(PAGE_STAMP) ## run every test (ARGS="-k word" chooses)
	@sh tests/run.sh -n 2 $(ARGS)

check: $(DEV_STAMP) ## format, lint, types, import rules, templates, sizes
	@mkdir -p build
	@echo "format";    .venv/bin/ruff format --quiet --check .
	@echo "lint";      .venv/bin/ruff check --quiet .
	@echo "types";     .venv/bin/mypy --no-error-summary
	@echo "imports";   .venv/bin/lint-imports --no-logo > build/imports.log 2>&1 || { cat build/imports.log; exit 1; }
	@echo "templates"; .venv/bin/djlint --quiet --check templates && .venv/bin/djlint --quiet --lint templates
	@echo "sizes";     $(PY) tests/checks/sizes.py

format: $(DEV_STAMP) ## bring code and templates into the form that check asks for
	@.venv/bin/ruff format --quiet . && .venv/bin/ruff check --quiet --fix-only .
	@.venv/bin/djlint --quiet --reformat templates >/dev/null || test $$? = 1

bench: $(DEV_STAMP) $(PAGE_STAMP) ## measure against the bars of the design
	@$(PY) -m tests.bench $(ARGS)

clean: ## remove what was installed and built; the database under instance/ stays
	rm -rf .venv node_modules static/vendor build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  $$python -m venv --clear .venv >/dev/null 2>&1 && exit 0; \
	  rm -rf .venv; \
	  echo "riskreg needs Python's venv module: install it (Debian: python3-venv), then run make again." >&2; exit 1; \
	done; \
	echo "riskreg needs Python 3.11 or newer: install it, then run make again." >&2; exit 1

$(RUN_STAMP): | $(PY)
	@echo "Installing what riskreg runs on"
	@rm -f .venv/.installed-*
	@$(PIP) -r requirements/run.txt
	@touch $@

$(DEV_STAMP): | $(PY)
	@echo "Installing what riskreg is developed with"
	@rm -f .venv/.installed-*
	@$(PIP) -r requirements/dev.txt
	@touch $(RUN_STAMP) $@

$(NODE_STAMP):
	@command -v npm >/dev/null 2>&1 || { echo "riskreg needs npm to install the page assets:" \
	  "install Node.js 18 or newer with npm, then run make again." >&2; exit 1; }
	@echo "Installing what the pages are made with"
	@npm ci --loglevel=error --no-progress >/dev/null
	@touch $@

$(PAGE_STAMP): $(NODE_STAMP)
	@rm -rf static/vendor && mkdir -p static/vendor
	@npm run --silent build
	@touch $@
