# Every verb works from a fresh clone: Python 3.11 or newer and pip are all that must be there.
PYTHON ?= $(firstword $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name; done) python3)
VENV := .venv
BIN := $(VENV)/bin
STACK_VENV := .venv-stack
PEERS_VENV := .venv-peers
ARRIVALS_VENV := .venv-arrivals
AUDIT_VENV := .venv-audit
SCIENCE_VENV := .venv-science
CONTRACT_VENV := .venv-contract
STAGE ?= prod
REGION ?= eu-west-3

.DEFAULT_GOAL := help
.PHONY: help setup up demo test check bench bench-load bench-intake bench-detection bench-onset bench-surge bench-durability bench-scale science drill drill-upgrade fuzz soak audit audit-million bench-plan contract deploy clean

help:  ## these lines
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(VENV)/.ready $(STACK_VENV)/.ready  ## install both environments and build the artefact
	@$(BIN)/python -m infra.package > /dev/null

$(VENV)/.ready: requirements-dev.txt requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps -r requirements-dev.txt
	@touch $@

$(STACK_VENV)/.ready: requirements-stack.txt
	$(PYTHON) -m venv $(STACK_VENV)
	$(STACK_VENV)/bin/pip install --quiet --no-deps -r requirements-stack.txt
	@touch $@

up: setup  ## the whole product on this machine, with a demonstration; Ctrl-C removes it
	@$(BIN)/python -m infra.local.up

demo: setup  ## the demonstration alone; fails if any step did not really happen
	@$(BIN)/python -m infra.local.up --demo

test: setup  ## every test, in two processes side by side
	@$(BIN)/python -m tests

check: setup  ## style, types, template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cfn-lint --non-zero-exit-code informational -t "$$($(BIN)/python -m infra.package)"

audit: setup $(AUDIT_VENV)/.ready  ## checkov on the packaged template; what it may not ask is in .checkov.yaml
	@$(AUDIT_VENV)/bin/checkov --config-file .checkov.yaml -f "$$($(BIN)/python -m infra.package)"

$(AUDIT_VENV)/.ready: requirements-audit.txt
	$(PYTHON) -m venv $(AUDIT_VENV)
	$(AUDIT_VENV)/bin/pip install --quiet --no-deps -r requirements-audit.txt
	@touch $@

drill-upgrade: setup  ## the former release, this one and the former again, under load, on the local stack
	@$(BIN)/python -m infra.local.upgrade

bench: bench-intake bench-detection bench-onset bench-surge bench-durability bench-scale bench-plan  ## every benchmark but bench-load, which needs the stack to itself

bench-load: setup  ## requests a second through the local gateway, beside functions that only write
	@$(BIN)/python -m bench.load

bench-intake: setup  ## what one accepted contact costs
	@$(BIN)/python -m bench.intake

bench-detection: setup $(PEERS_VENV)/.ready  ## how soon trouble is seen, beside other projects' circuit breakers
	@$(BIN)/python -m bench.detection

bench-onset: setup  ## how long until a customer is shown another way
	@$(BIN)/python -m bench.onset

bench-durability: setup  ## a hundred thousand contacts under fire, and what became of each
	@$(BIN)/python -m bench.durability

bench-scale: setup  ## what the shipped settings carry, which limit breaks first, and the price
	@$(BIN)/python -m bench.scale

bench-plan: setup  ## what a plan of 5,000 channels and 20,000 routes costs beside a small one
	@$(BIN)/python -m bench.plan_size

science: setup $(SCIENCE_VENV)/.ready  ## the formulas of waiting lines against simulated lines; fails when one lies outside
	@$(BIN)/python -m bench.science

$(SCIENCE_VENV)/.ready: requirements-science.txt
	$(PYTHON) -m venv $(SCIENCE_VENV)
	$(SCIENCE_VENV)/bin/pip install --quiet --no-deps -r requirements-science.txt
	@touch $@

bench-surge: setup $(ARRIVALS_VENV)/.ready  ## how soon a surge is seen in a bank's real calls, and how often wrongly
	@$(BIN)/python -m bench.surge

$(ARRIVALS_VENV)/.ready: requirements-arrivals.txt
	$(PYTHON) -m venv $(ARRIVALS_VENV)
	$(ARRIVALS_VENV)/bin/pip install --quiet --no-deps -r requirements-arrivals.txt
	@touch $@

$(PEERS_VENV)/.ready: requirements-peers.txt
	$(PYTHON) -m venv $(PEERS_VENV)
	$(PEERS_VENV)/bin/pip install --quiet --no-deps -r requirements-peers.txt
	@touch $@

contract: setup $(CONTRACT_VENV)/.ready  ## schemathesis asks the running local stack what the published document allows and forbids
	@$(BIN)/python -m infra.local.contract

$(CONTRACT_VENV)/.ready: requirements-contract.txt
	$(PYTHON) -m venv $(CONTRACT_VENV)
	$(CONTRACT_VENV)/bin/pip install --quiet --no-deps -r requirements-contract.txt
	@touch $@

fuzz: setup  ## a hundred thousand hostile requests of each kind
	@$(BIN)/python -m tests.fuzz --requests 100000

audit-million: setup  ## a million rows of a ledger verified in flat memory
	@AUDIT_ROWS=1000000 $(BIN)/pytest tests/unit/test_audit_million.py -q -s

soak: setup  ## ten minutes of contacts through one container: its memory must not grow
	@$(BIN)/python -m tests.soak --minutes 10

drill: setup  ## the outages that founded the project, replayed, and every fault at its full length
	@BASCULE_DRILL=full $(BIN)/pytest tests/drills tests/e2e/test_faults_are_seen.py tests/e2e/test_onset_to_feed.py tests/e2e/test_who_lost_it.py tests/e2e/test_under_fire.py tests/e2e/test_posture_on_the_stack.py tests/e2e/test_missed_texts.py tests/e2e/test_observe_on_the_stack.py tests/e2e/test_every_role_on_the_stack.py tests/e2e/test_a_region_is_lost.py tests/e2e/test_peaks_on_the_stack.py

deploy: setup  ## to AWS: make deploy BUCKET=name [STAGE=prod] [REGION=eu-west-3]
	@test -n "$(BUCKET)" || { echo "name an existing bucket of yours for the artefact: make deploy BUCKET=name"; exit 2; }
	@$(BIN)/python -m infra.deploy --stage "$(STAGE)" --region "$(REGION)" --bucket "$(BUCKET)"

clean:  ## remove what was built; the environments stay
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
