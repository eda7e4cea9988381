# What needs tools sets them up first; a second set-up takes a second.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SANDBOX := .sandbox
PYTHON := .venv/bin/python
# Compiled test modules are kept from run to run, also where the environment says otherwise: half of the collection's time.
PYTEST := PYTHONDONTWRITEBYTECODE= $(PYTHON) -m pytest
# The sandbox's environment is for pulumi and the commands around it, never for the toolchain.
IN_SANDBOX := . $(SANDBOX)/env &&
# `dev` is the sandbox's stack; every other stack has a backend and a cluster of its own, named by your environment.
FOR_STACK = $(if $(STACK),,$(error name the stack, for example: make $@ STACK=dev)) \
  export PATH="$(CURDIR)/.toolchain/bin:$$PATH" PULUMI_HOME="$(CURDIR)/.toolchain/pulumi-home"; \
  if [ "$(STACK)" = dev ] && [ -f $(SANDBOX)/env ]; then . $(SANDBOX)/env; fi;

.PHONY: help setup up down preview check test test-all faults gateway-test bench bench-platform bench-gateway bench-streams parity adopt recover preview-comment format docs lock clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: ## tools, plugins and the Python environment
	@python3 -m toolchain setup

up: setup ## the platform on the embedded sandbox, ending with a model call through the gateway
	@$(PYTHON) -m sandbox start --dir $(SANDBOX)
	@python3 -m toolchain secrets dev --dir $(SANDBOX) >/dev/null
	@$(IN_SANDBOX) $(PYTHON) -m operations local-stack --stack dev --directory $(SANDBOX)
	@$(IN_SANDBOX) pulumi up --stack dev --yes --non-interactive --suppress-outputs
	@$(IN_SANDBOX) $(PYTHON) -m operations verify --stack dev

preview: setup ## what the next `make up` would change
	@test -f $(SANDBOX)/env || { echo "no sandbox in $(SANDBOX): run make up first" >&2; exit 1; }
	@$(IN_SANDBOX) pulumi preview --stack dev --non-interactive

down: ## destroy the stack, stop the sandbox, leave nothing
	@test -f $(SANDBOX)/env || { echo "no sandbox in $(SANDBOX)"; exit 0; }; \
	python3 -m toolchain setup >/dev/null; \
	code=0; \
	$(PYTHON) -m sandbox start --dir $(SANDBOX) && . $(SANDBOX)/env && \
	  if pulumi stack ls --json | grep -q '"name": "dev"'; then \
	    pulumi destroy --stack dev --yes --non-interactive --suppress-outputs; \
	  fi || code=$$?; \
	$(PYTHON) -m sandbox stop --clean --dir $(SANDBOX); \
	if [ $$code != 0 ]; then echo "destroy ended with code $$code; the sandbox is removed all the same" >&2; fi; \
	exit $$code

check: setup ## lint, types, import contracts, generated files current
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy .
	@.venv/bin/lint-imports
	@$(PYTHON) -m components.config schema --check
	@$(PYTHON) -m components.config docs --check
	@$(PYTHON) -m dynamic_providers.reference --check
	@$(PYTHON) -m tests.coverage --check
	@$(PYTHON) -m tests.example_stacks --check
	@$(PYTHON) -m tests.broken_states --check
	@$(PYTHON) -m components.preflight rbac --check
	@$(PYTHON) -m toolchain licences --check
	@.venv/bin/yamllint --strict .
	@.venv/bin/shellcheck .ci/run

test: setup ## every tier: pure, components, providers, program, end to end
	@$(PYTEST) -m "not e2e and not slow" -n 2
	@$(PYTEST) -m "e2e and not slow"

test-all: setup ## everything, slow proofs included
	@$(PYTEST) -m "not e2e and not slow" -n 2
	@$(PYTEST) -m "e2e or slow"

faults: setup ## every call of a model × every fault: does the next run converge?
	@$(PYTHON) -m tests.dynamic_providers.faults --jobs 2 $(ARGS)

gateway-test: setup ## the metering suite on the sandbox's gateway and on a real nginx (Debian's packages, nothing installed)
	@python3 -m toolchain debian || echo "what needs these packages is skipped" >&2
	@$(PYTEST) tests/gateway_nginx tests/sandbox/gateway tests/metering_suite tests/policies tests/bench/gateway -m "slow or not slow" -rs

bench: setup ## calls, times and sizes of the 3scale part, each beside its floor
	@$(PYTHON) -m bench $(ARGS)

bench-platform: setup ## the same of the whole platform with 1, 20 and 100 models
	@$(PYTHON) -m bench platform $(ARGS)

bench-gateway: setup ## what the token policy costs on a real nginx
	@$(PYTHON) -m bench gateway $(ARGS)

bench-streams: setup ## 64 streams at a time through the sandbox's gateway: no token is lost
	@$(PYTHON) -m bench streams $(ARGS)

parity: setup ## one program with official plugins and with the stand-ins, compared
	@$(PYTHON) -m pytest tests/parity -m "slow or not slow" -rs -s

adopt: setup ## what a tenant has as stack-file entries: make adopt STACK=dev
	@$(FOR_STACK) $(PYTHON) -m operations adopt --stack $(STACK) $(ARGS)

recover: setup ## after a crash: make recover STACK=dev
	@$(FOR_STACK) $(PYTHON) -m operations recover --stack $(STACK) $(ARGS)

preview-comment: ## the preview as Markdown: make preview-comment STACK=dev
	@python3 -m toolchain setup >&2
	@$(FOR_STACK) $(PYTHON) -m operations preview-comment --stack $(STACK)

format: setup ## rewrite what `make check` would refuse
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

docs: setup ## generated files: schema, reference, coverage, licences
	@$(PYTHON) -m components.config schema
	@$(PYTHON) -m components.config docs
	@$(PYTHON) -m dynamic_providers.reference
	@$(PYTHON) -m tests.coverage
	@$(PYTHON) -m tests.example_stacks
	@$(PYTHON) -m tests.broken_states
	@$(PYTHON) -m components.preflight rbac
	@$(PYTHON) -m toolchain licences

lock: setup ## resolve requirements.lock anew
	@$(PYTHON) -m uv pip compile pyproject.toml --group sandbox --group dev --generate-hashes --no-header --universal --python-version 3.11 -o requirements.lock

clean: ## remove what set-up put into this folder; the cache stays
	@python3 -m toolchain clean
