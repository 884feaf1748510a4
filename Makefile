# `make run` starts the whole service, `make test` proves it; both set up what they need first.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PYTHON3 ?= python3
UV := .tools/bin/uv
PY := .venv/bin/python
export UV_PROJECT_ENVIRONMENT :=
export UV_LINK_MODE := copy

.PHONY: help setup setup-main setup-bot model run ask test check content evaluate bench format clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

$(UV):
	@echo "· the installer (uv) into .tools"
	$(PYTHON3) -m venv .tools || { echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }
	.tools/bin/pip install --quiet --disable-pip-version-check "uv>=0.9,<1"

# A stamp is older than what it stamps when lock or project changed: then the environment is brought up to date.
.venv/.done: pyproject.toml uv.lock tools/interpreter | $(UV)
	@echo "· the main environment (.venv)"
	python=$$(tools/interpreter 3.12 3.13)
	[ -x $(PY) ] && $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || $(UV) venv --quiet --clear --python "$$python" .venv
	$(UV) sync --frozen --quiet --compile-bytecode --python $(PY)
	touch $@

bot/.venv/.done: bot/pyproject.toml bot/uv.lock tools/interpreter | $(UV)
	@echo "· the bot's environment (bot/.venv): Rasa and TensorFlow, about 2.5 GB, some minutes on a slow line"
	python=$$(tools/interpreter 3.10)
	[ -x bot/.venv/bin/python ] || $(UV) venv --quiet --clear --python "$$python" bot/.venv
	UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --compile-bytecode --project bot --python bot/.venv/bin/python
	touch $@

setup-main: .venv/.done
setup-bot: bot/.venv/.done
setup: setup-main setup-bot  ## both environments

model: setup-main setup-bot  ## train the bot and screening, each when what it learns from has changed
	@bot/.venv/bin/python -m bot.train
	$(PY) -m screening.train

run: setup model  ## start the whole service
	@exec $(PY) serve.py

# Standard output holds the answers alone, and standard input the questions: what is made first gets neither.
ask:  ## ask the bot: Q="a te bon vares bari", or lines {"id","text"} on standard input
	@make setup </dev/null >&2
	bot/.venv/bin/python -m bot.train </dev/null >&2
	exec $(PY) -m webchat.ask -- $${Q:+"$$Q"}

test: setup model  ## all tests; those that need a system package which is missing say so and are skipped
	@tools/have
	bot/.venv/bin/python -m pytest -q tests/bot/inside -c bot/pytest.ini
	if command -v node >/dev/null; then node --test tests/widget/*.test.js; fi
	$(PY) -m pytest -q $(ARGS)

check: setup-main  ## static checks: format, lint, types, import contracts, browser modules
	@$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .
	.venv/bin/lint-imports
	tools/tsc

content: setup-main  ## check the texts and show the articles; A=cannabis for one, ARGS=--report without showing
	@$(PY) -m channels.preview $(A) $(ARGS)

evaluate: setup  ## measure screening, the reading of languages, and what the bot understands; writes docs/evaluation
	@$(PY) -m screening.train
	$(PY) -m tests.evaluation
	bot/.venv/bin/python -m tests.bot.evaluation

bench: setup model  ## measure this machine; prints figures and never fails on time; SOAK=50000 for the whole soak
	@$(PY) -m tests.bench $(if $(SOAK),--soak $(SOAK))

format: setup-main  ## rewrite the code in the common form
	@$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

clean:  ## remove environments and models; the database under data/ stays
	rm -rf .venv bot/.venv .tools node_modules models .mypy_cache .ruff_cache .pytest_cache
