# Two commands do everything: `make run` and `make test`. The rest is below; `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
ARGS ?=
PURE := aggregator/parse/*,aggregator/dedupe/*,aggregator/tag/*,aggregator/publish/*,aggregator/pace/*,aggregator/politeness.py,aggregator/arrival.py

.DEFAULT_GOAL := help
.PHONY: help run demo poll check test torture lint types format schema validate bench bench-scale bench-store bench-topics bench-stories bench-pace gazetteer clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: .venv/.run ## start the service on http://127.0.0.1:8000
	@$(PY) run.py serve $(ARGS)

demo: .venv/.run ## the whole service on bundled sample feeds, without a network
	@$(PY) run.py demo $(ARGS)

poll: .venv/.run ## poll every source once
	@$(PY) run.py poll $(ARGS)

check: .venv/.run ## validate config/ and run the examples of the rules
	@$(PY) run.py check $(ARGS)

test: .venv/.test lint types ## lint, types and the whole test suite with coverage
	$(PY) -m pytest -n auto --dist worksteal $(if $(ARGS),$(ARGS),--cov --cov-report=term --cov-fail-under=95)
	$(if $(ARGS),,$(PY) -m coverage report --include='$(PURE)' --fail-under=100)

torture: .venv/.test ## the slow, cruel runs: 50 kills, large loads
	$(PY) -m pytest -m torture -s $(ARGS)

lint: .venv/.test ## style and import contracts
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(BIN)/lint-imports --no-cache

types: .venv/.test ## static types
	@$(PY) -m mypy

format: .venv/.test ## format the code
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

schema: .venv/.run ## write config/schema.json from the models
	$(PY) -m aggregator.config

validate: .venv/.test ## the feeds that readers get, through the checks of tests/publish
	$(PY) -m pytest tests/publish tests/readers $(ARGS)

bench: .venv/.test .venv/.peers ## measure polling beside peers, serving beside a floor; JSON=FILE
	@PYTHONPATH=. $(PY) tests/bench.py $(if $(JSON),--json $(JSON))

bench-scale: .venv/.test ## measure SOURCES=50000, hosts that hang, two workers; JSON=FILE
	@PYTHONPATH=. $(PY) tests/bench_scale.py $(if $(SOURCES),--sources $(SOURCES)) $(if $(JSON),--json $(JSON))

bench-store: .venv/.test ## measure a database of N=1000000 articles on both engines; JSON=FILE
	@PYTHONPATH=. $(PY) tests/bench_store.py $(if $(N),--articles $(N)) $(if $(ENGINES),--engines $(ENGINES)) $(if $(JSON),--json $(JSON))

bench-topics: .venv/.test ## measure topics on labelled sets; DATA=DIR, JSON=FILE
	@PYTHONPATH=. $(PY) tests/bench_topics.py $(if $(DATA),--data $(DATA)) $(if $(JSON),--json $(JSON))

bench-stories: .venv/.test .venv/.encoders ## measure stories on labelled sets; DATA=DIR, JSON=FILE
	@OMP_NUM_THREADS=1 PYTHONPATH=.:.venv/encoders $(PY) tests/bench_stories.py $(if $(DATA),--data $(DATA)) $(if $(JSON),--json $(JSON))

bench-pace: .venv/.test ## poll real publication times by our rule and others'; DATA=DIR
	@PYTHONPATH=. $(PY) tests/bench_pace.py $(if $(DATA),--data $(DATA))

gazetteer: .venv/.test ## make the table of names and cities anew
	$(PY) -m aggregator.tag.gazetteer

clean: ## remove what was installed and cached; data/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* htmlcov

# A stamp beside the environment says which requirements are in it.
.venv/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.made requirements.txt
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.test: .venv/.run requirements-dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Apart from the rest, so that measuring them does not turn them on for the service.
.venv/.encoders: .venv/.run requirements-multilingual.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --target .venv/encoders -r requirements-multilingual.txt
	@touch $@

# What polling is measured beside; where it can't be had, the table says so.
.venv/.peers: .venv/.made
	-$(PY) -m pip install --quiet --disable-pip-version-check --target .venv/peers rss2email==3.14
	@touch $@
