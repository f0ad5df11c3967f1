# `make demo` and `make test` are all that a newcomer needs: each sets up what it uses.
# Wanted on the machine: Python 3.11+ (with venv), make, git. No root, nothing global is touched.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
export UV_PYTHON_DOWNLOADS ?= never
ARGS ?=

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

.uv/bin/uv:
	$(PYTHON) -m venv .uv && .uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'

$(VENV)/.stamp: requirements.lock pyproject.toml | $(filter .uv/bin/uv,$(UV))
	@echo "setting up $(VENV) from requirements.lock ..."
	$(UV) venv --quiet --allow-existing --python '>=3.11' $(VENV)
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

setup: $(VENV)/.stamp ## create the virtual environment

demo: $(VENV)/.stamp ## the main job on the embedded virtual-pixel7, ends with verdicts and an HTML page
	@$(BIN)/python -m pytest --device virtual-pixel7 --run-dir=reports/demo $(ARGS)

demo-iphone: $(VENV)/.stamp ## the same on the embedded virtual-iphone15: six scenarios of one task
	@$(BIN)/python -m pytest --device virtual-iphone15 --run-dir=reports/demo-iphone \
		-k 'token and (runs_to_success or cold_launch or simulated_launch or expires_in or refresh_is_off or nobody_uses)' \
		$(ARGS)

parity: $(VENV)/.stamp ## the same scenarios on virtual-pixel7 and virtual-iphone15, compared (R16)
	@$(BIN)/python -m pytest -n 2 --device virtual-pixel7 --device virtual-iphone15 --run-dir=reports/parity \
		-k 'runs_to_success or comes_again_when_due or (waits_for_network and token)' $(ARGS)

suite: $(VENV)/.stamp ## the shipped suite on the four virtual phones; prints what each scenario took
	@$(BIN)/python bench/suite.py $(ARGS)

test: $(VENV)/.stamp ## this project's own tests
	$(BIN)/python -m pytest -n 2 -m 'not slow' $(ARGS)

test-slow: $(VENV)/.stamp ## the tests that take longer
	$(BIN)/python -m pytest -m slow $(ARGS)

coverage-oracle: $(VENV)/.stamp ## every branch of the oracle, by its own fast tests: 100 % or it fails
	$(BIN)/python -m coverage run --branch --source=bgtask_reference.oracle --data-file=reports/.coverage-oracle \
		-m pytest -q tests/cover/oracle tests/cover/reference/test_replay.py tests/nocover/oracle/test_legal_lives.py
	$(BIN)/python -m coverage report --data-file=reports/.coverage-oracle --show-missing --skip-covered --fail-under=100

lint: $(VENV)/.stamp ## ruff, mypy --strict, rules of import
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

kill-score: $(VENV)/.stamp ## what the oracle catches, and whom it wrongly accuses
	$(BIN)/bgtask kill-score $(ARGS)

# Published monitors that the oracle is measured beside: in a folder of their own, out of everybody else's way.
$(VENV)/peers/.stamp: $(VENV)/.stamp
	@mkdir -p $(@D)
	@$(UV) pip install --quiet --python $(BIN)/python --target $(@D) 'reelay>=25.0' 'rtamt>=0.4.10' \
		|| echo "rtamt and reelay cannot be installed here (Python or network): the bench says so beside their rows"
	@touch $@

bench: $(VENV)/.stamp $(VENV)/peers/.stamp ## measure against peers; prints a table and writes bench/results/*.json
	$(BIN)/python bench/run.py $(ARGS)

report: $(VENV)/.stamp ## Allure 3 report of the demo (needs Node and npm)
	@command -v npm >/dev/null || { echo "make report needs Node and npm: install Node 20 or later, then run it again (the page that make demo writes needs neither)"; exit 1; }
	@test -d reports/demo/allure-results || $(MAKE) demo || true
	npm ci --silent --prefix reports
	rm -rf reports/allure-report
	reports/node_modules/.bin/allure generate --config reports/allurerc.mjs --output reports/allure-report reports/demo/allure-results
	$(BIN)/python reports/finish.py reports/allure-report
	@echo "report: reports/allure-report/index.html"

coverage-page: $(VENV)/.stamp ## write docs/coverage.md from docs/coverage/*.toml
	$(BIN)/python docs/coverage/generate.py

findings: $(VENV)/.stamp ## run every published generation and write docs/findings.md (minutes)
	$(BIN)/python docs/findings/generate.py $(ARGS)

lock: | $(filter .uv/bin/uv,$(UV)) ## resolve requirements.lock again
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra dev --python-version 3.11 pyproject.toml -o requirements.lock

clean: ## remove what was built
	rm -rf $(VENV) .uv build *.egg-info harness/*.egg-info reports/demo reports/parity reports/allure-report bench/results

.PHONY: help setup demo demo-iphone parity suite test test-slow coverage-oracle lint kill-score bench report coverage-page lock clean
