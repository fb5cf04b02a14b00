# Every command of the project; `make help` names them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
SPREAD := -n auto --dist worksteal
export PYTHONDONTWRITEBYTECODE =

.PHONY: help
help: ## Name every command
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

.PHONY: demo
demo: run-setup ## Make a demonstration newsroom and serve it on PORT (8000)
	@$(BIN)/masthead demo

.PHONY: test
test: test-setup ## Install what is needed and run every test, on SQLite and PostgreSQL, ClickHouse, in a browser
	@$(MAKE) --no-print-directory lint
	@$(PYTEST) $(SPREAD) --ignore=tests/browser
	@$(MAKE) --no-print-directory -j2 types test-browser
	@$(BIN)/python scripts/with_postgres.py $(PYTEST) $(SPREAD) tests/apps tests/payments tests/web/test_search.py
	@$(MAKE) --no-print-directory test-clickhouse

.PHONY: test-browser
test-browser: test-setup ## Run the tests in a browser
	@$(PYTEST) tests/browser

.PHONY: test-clickhouse
test-clickhouse: test-setup engine-setup ## Run the tests of counts on a ClickHouse engine as well
	@MASTHEAD_TEST_CLICKHOUSE=.venv/engine/bin/python $(PYTEST) tests/apps/test_count_stores.py tests/apps/test_counts_clickhouse.py

.PHONY: attack
attack: test-setup ## Replay the field's known card testing whole: 120,000 attempts; under a minute
	@MASTHEAD_TEST_ATTACK=120000 $(PYTEST) tests/payments/test_shield_attack.py

.PHONY: check
check: test-setup lint types ## The quick part, under a minute: lint, types, walls, rules
	@$(PYTEST) $(SPREAD) tests/rules tests/architecture

.PHONY: fuzz
fuzz: test-setup ## Look for requests that break edge, for FUZZ_SECONDS (60); no part of the tests
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-fuzz.lock
	@corpus=$$(mktemp -d) && trap 'rm -rf "$$corpus"' EXIT && printf '%s' '{"article":"7","placements":["banner"]}' > "$$corpus/visit" && \
	  $(BIN)/python scripts/fuzz_edge.py "$$corpus" -max_len=9000 -max_total_time=$${FUZZ_SECONDS:-60}

.PHONY: bench
bench: bench-setup ## Measure what a visit, a page and a count cost, as ratios, into bench/results/latest.md
	@$(BIN)/python -m bench

.PHONY: bench-ghost
bench-ghost: bench-setup ## Install Ghost from npm and measure the same article's page there and here
	@$(BIN)/python -m bench.ghost

.PHONY: lint
lint: ## Look for faults in code, templates and imports
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/lint-imports --no-cache --config pyproject.toml | tail -n 3
	@$(BIN)/deptry --config pyproject.toml src 2>&1 | tail -n 3
	@git ls-files 'src/**/*.html' | xargs $(BIN)/djade --target-version 5.2 --check

.PHONY: types
types: ## Check the types
	@$(BIN)/mypy --cache-dir /dev/null src

.PHONY: format
format: ## Format code and templates
	@$(BIN)/ruff check --quiet --fix .; $(BIN)/ruff format --quiet .
	@git ls-files 'src/**/*.html' | xargs $(BIN)/djade --target-version 5.2 2>/dev/null || true

.PHONY: lock
lock: ## Lock the dependencies anew, with hashes
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url -o requirements.lock --upgrade
	@$(BIN)/uv pip compile pyproject.toml --group dev --extra clickhouse --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url -o requirements-dev.lock --upgrade
	@$(BIN)/uv pip compile pyproject.toml --extra clickhouse --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url -o requirements-clickhouse.lock --upgrade
	@$(BIN)/uv pip compile requirements-engine.in --quiet --universal --python-version 3.11 --no-deps --generate-hashes --no-emit-index-url -o requirements-engine.lock
	@echo "atheris==3.0.*" | $(BIN)/uv pip compile - --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url -o requirements-fuzz.lock --upgrade

.PHONY: reference
reference: ## Write the generated pages of docs/reference
	@$(BIN)/python scripts/write_reference.py

.PHONY: pictures
pictures: test-setup ## Take the documentation's pictures of the demo anew
	@$(BIN)/python scripts/take_pictures.py docs/pictures

.PHONY: run-setup test-setup bench-setup engine-setup
run-setup:
	@scripts/ensure.sh run
test-setup:
	@scripts/ensure.sh test
bench-setup:
	@scripts/ensure.sh bench
engine-setup:
	@scripts/ensure.sh engine
