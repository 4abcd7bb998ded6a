# The two commands a newcomer needs: `make demo` and `make test`. Each makes its own .venv from the lock and runs.
# make check is the fast half of the tests, make bench the figures, make fuzz looks for bytes that break a reader,
# make lock renews the lock.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
WIRE   ?= yes

.PHONY: demo test check bench fuzz format wire-packages lock clean
.DEFAULT_GOAL := test

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Restante needs Python 3.11 or later; name one with: make PYTHON=python3.12"; exit 1; }
	@echo "Making $(VENV) and installing from requirements.lock (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/restante demo

check: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q -m "not wire and not slow"

test: $(READY) wire-packages
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@RESTANTE_WIRE=$(WIRE) $(BIN)/pytest -q -n 2

# The wire tests talk to real mail programs. As root they are installed, unless WIRE=no.
wire-packages:
	@deploy/wire-packages.sh $(WIRE)

bench: $(READY)
	@$(BIN)/python -m tests.bench

# Needs atheris beside the lock: .venv/bin/pip install atheris. FUZZ_SECONDS is for each of six readers.
FUZZ_SECONDS ?= 60
fuzz: $(READY)
	@nice -n 19 $(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# One lock for run-time and development, with hashes, naming no index: needs uv.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
