# Windvane. `make help` lists the targets. No sudo, no Docker; the network is used to install packages only.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Relative, so that a path with a space in it works; `make -C` and `cd` both end here.
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHON
# Whatever the shell says, bytecode is kept: else each worker, each time, rewrites every test module anew.
export PYTHONDONTWRITEBYTECODE :=

GROUPS := preparation training release serving monitoring access
# Of `make check`: a processor each, four at most. `make test` has one more: the tests that deploy mostly wait.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 4 ? n : 4)))
LOCK := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-header --no-annotate

.PHONY: help setup clients demo test check lint bench abuse bundle test-localstack lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv and node_modules from the locks (nothing to do: nothing done)
	@.ci/setup

clients: setup ## make build/clients: tritonclient, kserve and others, for tests/clients
	@.ci/clients

demo: setup ## the whole loop on the embedded cloud: deploy, train, serve, drift, retrain
	@windvane demo

test: setup ## every check and every test, offline
	@$(MAKE) --no-print-directory --jobs 2 clients lint
	@python -m pytest -n $$(($(WORKERS) + 1)) --dist loadgroup --durations 20 --durations-min 10

check: setup lint ## the fast part: format, lint, types, imports, unit, architecture and docs tests
	@python -m pytest -n $(WORKERS) --dist loadgroup --hypothesis-profile quick -m "not slow and not cloud" tests/unit tests/architecture tests/docs

lint: setup
	@ruff format --check --quiet . && ruff check --quiet .
	@mypy
	@lint-imports --no-logo

bench: setup ## measure: first what the tests time, then Windvane beside others (docs/reference/performance*.md)
	@python -m pytest -p no:randomly --benchmark-enable --benchmark-only tests
	@python -m tests.bench.performance
	@python -m tests.bench.monitoring

abuse: setup ## 100,000 bad requests, then FUZZ_RUNS runs of a coverage-guided fuzzer; writes docs/reference/abuse.md
	@python -m tests.abuse.run --requests $(or $(REQUESTS),100000) --write
	@uv pip install --quiet --require-hashes --target build/abuse --requirements tests/abuse/requirements.txt
	@PYTHONPATH=build/abuse python -m tests.abuse.fuzz -runs=$(or $(FUZZ_RUNS),100000)

bundle: setup ## build the Lambda bundles of every group (VARIANT=arm64, x86_64 or source)
	@python -m infra.bundles --variant $(or $(VARIANT),arm64)

test-localstack: setup ## the workflow suite against AWS_ENDPOINT_URL (docs/how-to/run-on-localstack.md)
	@test -n "$${AWS_ENDPOINT_URL:-}" || { echo "test-localstack: AWS_ENDPOINT_URL is not set, start LocalStack and set it to the address it prints" >&2; exit 2; }
	@python -m pytest tests/workflow --endpoint-url "$$AWS_ENDPOINT_URL"

lock: setup ## write all lock files anew from pyproject.toml and package.json
	@$(LOCK) --group dev --output-file requirements-dev.txt
	@$(LOCK) --group clients --output-file tests/clients/requirements.txt
	@grep -A 999 '^uv==' requirements-dev.txt | sed -nE '1p; 2,$${/^[^ ]/q; p}' > requirements-bootstrap.txt
	@for group in $(GROUPS); do \
		$(LOCK) --no-emit-package uv --constraint requirements-dev.txt --group $$group --output-file functions/$$group/requirements.txt; \
	done
	@npm install --package-lock-only --ignore-scripts --silent

clean: ## remove all that was built; the environment stays
	@rm -rf build cdk.out .windvane .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	@find functions infra models tests -type d -name __pycache__ -prune -exec rm -rf {} +
