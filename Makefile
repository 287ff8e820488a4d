# make run    a running service with demo data, from nothing     make test   everything checked, from nothing
# make torture   the harnesses at full size: killed servers, races, strangers, hundreds of thousands of requests
# make bench     docs/performance.md, measured anew: make bench BENCH=--million for a million users, too
# make screenshots   the pictures of the documentation, drawn again
# make conformance   docs/conformance.md, made again from the tests
# make lint   style and types only                               make clean  away with what these made

.POSIX:
.PHONY: run test lint torture bench screenshots conformance requirements clean help

VENV = .venv
BIN = $(VENV)/bin
PYTHON = python3
PORT = 5000
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

help:
	@sed -n 's/^# make/make/p' Makefile

# Debian's python3 comes without venv. Root may install it; anybody else is told what to install.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || bin/debian-packages python3-venv
	@rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)

$(VENV)/.requirements: requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.tests: tests/requirements.txt | $(BIN)/python
	$(PIP) -r tests/requirements.txt
	@touch $@ $(VENV)/.requirements

# The demo has projects, and checkers that know no read-only resource types would stumble over the roles it offers.
run: $(VENV)/.requirements
	@port=$$($(BIN)/python bin/free-port $(PORT)) && export HOST=127.0.0.1 PORT=$$port PUBLIC_URL=http://127.0.0.1:$$port OFFER_ROLES=off \
	  && $(BIN)/flask db upgrade && $(BIN)/flask demo && exec $(BIN)/gunicorn wsgi:app

lint: $(VENV)/.tests
	$(BIN)/flake8 scim_app tests bench wsgi.py
	$(BIN)/isort --check --quiet scim_app tests bench wsgi.py
	$(BIN)/mypy

# The browser tests drive Debian's Chromium, or the one that CHROMIUM names; three processes count together in a Redis.
test: lint
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || bin/debian-packages chromium
	@command -v redis-server >/dev/null || bin/debian-packages redis-server
	$(BIN)/pytest -n 2

torture: $(VENV)/.tests
	@command -v redis-server >/dev/null || bin/debian-packages redis-server
	TORTURE=long $(BIN)/pytest tests/torture

bench: $(VENV)/.tests
	$(BIN)/python -m bench $(BENCH)

screenshots: $(VENV)/.tests
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || bin/debian-packages chromium
	$(BIN)/python bin/screenshots

conformance: $(VENV)/.tests
	$(BIN)/python tests/conformance/report.py > docs/conformance.md

COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-emit-options --no-emit-index-url \
  --no-emit-find-links

# Of Python 3.11, the oldest that is supported: a version that leaves it out would end every installation there.
requirements: $(VENV)/.tests
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Use Python 3.11: make clean, then make requirements PYTHON=python3.11" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet pip-tools
	$(COMPILE) --output-file requirements.txt setup.cfg
	$(COMPILE) --extra test -c requirements.txt --output-file tests/requirements.txt setup.cfg

clean:
	rm -rf $(VENV) instance build .pytest_cache .mypy_cache .hypothesis *.egg-info
