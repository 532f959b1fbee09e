# gongkai: the two commands of a newcomer are `make run` and `make test`.

SHELL := /bin/bash
export GONGKAI_DATA ?= $(CURDIR)/data
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
BIN := $(TARGET)/debug/gongkai
ASSETS := web-assets/dist/portal.css
# npm writes this file last, so it is as new as what is installed.
MODULES := web-assets/node_modules/.package-lock.json

.PHONY: help run demo build test unit e2e lint rules assets assets-test bench prove release screenshots setup-run setup-test clean

help: ## what can be asked for
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

setup-run:
	@scripts/setup run

setup-test:
	@scripts/setup test

$(MODULES): web-assets/package-lock.json
	cd web-assets && npm ci --silent --no-audit --no-fund

$(ASSETS): $(MODULES) $(shell find web-assets/src -type f 2>/dev/null) web-assets/build.mjs
	cd web-assets && npm run --silent build

assets: $(ASSETS) ## style sheets and scripts

assets-test: $(MODULES)
	cd web-assets && npm test --silent

build: setup-run assets ## the program, for development
	cargo build --locked --package gongkai-app

run: build ## set everything up, fill the demonstration county, serve it
	$(BIN) demo
	@echo "Ctrl-C stops; the addresses stand in the line that begins with ready"
	GONGKAI_SITE__DEMO=true $(BIN) serve $(SERVE)

lint: $(MODULES) ## form, clippy and dependencies; no warning is left
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cd web-assets && npm run --silent format:check && npm run --silent types
	scripts/check-dependencies

rules: assets ## the repository's own rules
	cargo test --locked --package xtask

unit: setup-test assets assets-test ## rules, unit tests and integration tests on SQLite and PostgreSQL
	scripts/with-postgres scripts/run-tests

e2e: setup-test build ## journeys in Chromium, with axe
	cd e2e && npm ci --silent --no-audit --no-fund && node run.mjs

test: unit e2e ## everything that must pass

release: setup-run assets ## the program as it is installed
	cargo build --locked --release --package gongkai-app

bench: release ## speed and memory, measured
	@scripts/setup bench
	bench/run

prove: build ## what is promised when something breaks, tried: kill -9, full disk, damage, two servers, hostile files
	node prove/run.mjs

screenshots: build ## the pictures of the README
	cd e2e && npm ci --silent --no-audit --no-fund && node screenshots.mjs

clean: ## remove what was built here
	rm -rf target web-assets/dist web-assets/node_modules e2e/node_modules e2e/out
