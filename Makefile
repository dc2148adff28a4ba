# make demo: the whole job on sample mails, nothing configured, nothing sent
# make test: format, lint, types and tests; installs what is missing where it may

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check

# The tests commit to disk thousands of times, and wait for each: in memory, where there is room for it.
FAST = $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2000000 { print "/dev/shm"; found = 1 } END { if (!found) print (ENVIRON["TMPDIR"] ? ENVIRON["TMPDIR"] : "/tmp") }')

# Many tests wait (for a port that is silent, for a server to start): two workers to a processor.
WORKERS = $(shell echo $$(( 2 * $$(nproc) )))

.PHONY: demo test fix lint servers lock fuzz soak audit clean

demo: .venv/demo-ready
	@$(BIN)/triage demo

test: .venv/test-ready servers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@PYTHONDONTWRITEBYTECODE= TMPDIR=$(FAST) $(BIN)/pytest -n $(WORKERS) --dist loadfile

# Everything but the tests that start servers.
lint: .venv/test-ready
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright

fix: .venv/test-ready
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# 200,000 mutated mails; the tests take 5,000.
fuzz: .venv/test-ready
	@TRIAGE_FUZZ=200000 $(BIN)/pytest tests/unwrap/test_fuzz.py -n auto

# 20,000 mails through Dovecot, the service and Postfix, with faults; as root, an hour or more. The tests take 500.
SOAK ?= 20000
soak: .venv/test-ready servers
	@$(BIN)/python -m tests.bench.soak --mails $(SOAK)

# Known weaknesses of what we depend on. Asks the network, so it is no part of the tests.
audit: .venv/test-ready
	@for lock in requirements.lock requirements-dev.lock requirements-build.lock; do \
		$(BIN)/pip-audit --require-hashes --disable-pip -r $$lock || exit 1; done

servers:
	@sh tests/lab/install

.venv/bin/pip:
	$(PYTHON) -m venv .venv

.venv/demo-ready: requirements.lock pyproject.toml | .venv/bin/pip
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps -e .
	@touch $@

.venv/test-ready: requirements-dev.lock pyproject.toml | .venv/bin/pip
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	$(PIP) install --quiet --no-deps -e .
	@touch $@ .venv/demo-ready

# The locks name versions and hashes, no address of an index: pip asks the one that it is set up for.
LOCK = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet
lock: .venv/test-ready
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group build -o requirements-build.lock
	$(LOCK) --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv build dist demo-out .pytest_cache .ruff_cache .hypothesis
