# Haru. `make` lists what can be made. Needs Rust, Node 20 with npm, and make; `make test` also PostgreSQL, Chromium and valgrind;
# `make bench-stats` Python 3 and PyPI.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
NPM ?= npm
DEMO_DIR ?= ./haru-demo
DEMO_LISTEN ?= 127.0.0.1:8080

# DuckDB for `make bench-stats`, in an environment of its own.
DUCKDB := target/bench-stats/venv
# What the binary carries, and what each is made of.
LISTS := api/assets/country.mmdb
TRACKER := tracker/dist/haru.js
WEBAPP := webapp/dist/index.html
TRACKER_SOURCES := $(shell find tracker/src tracker/scripts tracker/package.json -type f 2>/dev/null)
WEBAPP_SOURCES := $(shell find webapp/src webapp/public webapp/scripts webapp/index.html webapp/package.json webapp/vite.config.ts -type f 2>/dev/null)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

.PHONY: run
run: release ## Build everything and start on SQLite in ./haru-data
	exec target/release/haru serve

.PHONY: demo
demo: release ## Start with a demo site: 60 days of history and live visitors, in ./haru-demo
	scripts/demo target/release/haru $(DEMO_DIR) $(DEMO_LISTEN)

.PHONY: test
test: assets ## Run every test: Rust on SQLite and PostgreSQL, script and webapp, in a browser
	scripts/need node chromium postgres valgrind
	$(CARGO) build -p haru -p haru-bench
	$(CARGO) build --release -p haru-stats --example fixed_scan
	scripts/with-postgres scripts/test

.PHONY: test-crash
test-crash: assets ## Kill the server 20 times under load on each database; nothing acknowledged may be lost
	$(CARGO) build --release -p haru -p haru-bench
	target/release/haru-bench crash --rounds 20
	scripts/with-postgres bash -c 'target/release/haru-bench crash --rounds 20 --database-url "$$HARU_TEST_POSTGRES_URL/postgres"'

.PHONY: test-faults
test-faults: assets ## Kill, stop, freeze and fill what Haru stands on, under load; nothing acknowledged may be lost or doubled
	scripts/need postgres
	$(CARGO) build --release -p haru -p haru-bench
	target/release/haru-bench faults

.PHONY: test-hostile
test-hostile: assets ## Attack the server in many ways beside somebody who sends hits; nobody may be refused, memory must stay bounded
	$(CARGO) build --release -p haru -p haru-bench
	target/release/haru-bench hostile

.PHONY: test-backup
test-backup: assets ## Back up under load and restore into the other database, both ways; every number must be the same
	scripts/need postgres
	$(CARGO) build --release -p haru -p haru-bench
	target/release/haru-bench backup

.PHONY: lint
lint: assets ## Check formats, lints, types, licences and sources of dependencies
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(NPM) run --silent lint
	$(CARGO) deny check bans licenses sources

.PHONY: audit
audit: ## Check dependencies against the advisory databases (needs the internet)
	$(CARGO) deny check advisories
	$(NPM) audit --omit=dev

.PHONY: fmt
fmt: node_modules/.made ## Format all code
	$(CARGO) fmt --all
	$(NPM) run --silent fmt

.PHONY: bench
bench: release ## Measure /api/collect beside a bare Poem route, SQLite and PostgreSQL
	$(CARGO) build --release -p haru-bench
	scripts/with-postgres bash -c 'target/release/haru-bench --database-url "$$HARU_TEST_POSTGRES_URL/postgres"'

.PHONY: bench-stats
bench-stats: $(DUCKDB)/.made ## Answer dashboards of 1 and 10 million events beside DuckDB: the same numbers, and the times
	$(CARGO) build --release -p haru-bench
	target/release/haru-bench stats

.PHONY: bench-sealing
bench-sealing: release ## Measure collecting while a day of a million events is sealed, SQLite and PostgreSQL
	$(CARGO) build --release -p haru-bench
	target/release/haru-bench sealing
	scripts/with-postgres bash -c 'target/release/haru-bench sealing --database-url "$$HARU_TEST_POSTGRES_URL/postgres"'

.PHONY: bench-login
bench-login: release ## Measure logins of known and unknown addresses, and collecting while a hundred log in
	$(CARGO) build --release -p haru-bench
	target/release/haru-bench login

.PHONY: bench-live
bench-live: release ## Measure dashboards that 1 to 1,000 watch, and slow readers, SQLite and PostgreSQL
	$(CARGO) build --release -p haru-bench
	target/release/haru-bench live
	scripts/with-postgres bash -c 'target/release/haru-bench live --database-url "$$HARU_TEST_POSTGRES_URL/postgres"'

.PHONY: soak
soak: release ## Work for a quarter of an hour at 1,000 hits a second; nothing may fail or grow, SQLite and PostgreSQL
	$(CARGO) build --release -p haru-bench
	target/release/haru-bench soak
	scripts/with-postgres bash -c 'target/release/haru-bench soak --database-url "$$HARU_TEST_POSTGRES_URL/postgres"'

.PHONY: bench-webapp
bench-webapp: release ## Measure the dashboard in Chromium: interactive, redraw, heap over 10 minutes of live updates
	scripts/need node chromium
	HARU_BINARY=$(CURDIR)/target/release/haru $(NPM) run --silent bench -w webapp

.PHONY: screenshots
screenshots: release ## Take a picture of every page, light, dark and phone, into screenshots/
	scripts/need node chromium
	HARU_BINARY=$(CURDIR)/target/release/haru $(NPM) run --silent screenshots -w webapp

.PHONY: openapi
openapi: assets ## Export openapi/ and the types that the webapp takes from it
	$(CARGO) run --quiet -p haru -- openapi --dir openapi
	$(NPM) run --silent openapi -w webapp

.PHONY: dist
dist: release ## Make the release binary with everything in it, in dist/
	mkdir -p dist
	install -m 755 target/release/haru dist/haru
	strip dist/haru
	cp README.md CHANGELOG.md LICENSE LICENSES.md dist/
	ls -lh dist/haru

.PHONY: clean
clean: ## Remove what was built; data directories stay
	rm -rf target dist node_modules tracker/node_modules webapp/node_modules tracker/dist webapp/dist api/assets

.PHONY: release
release: assets
	$(CARGO) build --release -p haru

.PHONY: assets
assets: $(LISTS) $(TRACKER) $(WEBAPP) ## Build script, webapp and lists, which the binary carries

.PHONY: update-lists
update-lists: ## Take the newest lists of bots, user agents and countries
	$(NPM) update uap-core isbot crawler-user-agents @ip-location-db/geo-whois-asn-country-mmdb
	node api/data/make-lists.mjs node_modules api/assets

$(DUCKDB)/.made: bench/duckdb/requirements.txt
	scripts/need python
	rm -rf $(@D)
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

node_modules/.made: package.json package-lock.json tracker/package.json webapp/package.json
	$(NPM) install --no-save
	@touch $@

$(LISTS): node_modules/.made api/data/make-lists.mjs
	node api/data/make-lists.mjs node_modules api/assets

$(TRACKER): node_modules/.made $(TRACKER_SOURCES)
	$(NPM) run --silent build -w tracker
	@touch $@

$(WEBAPP): node_modules/.made $(WEBAPP_SOURCES)
	$(NPM) run --silent build -w webapp
	@touch $@
