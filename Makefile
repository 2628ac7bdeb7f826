# Every step of working on Cloud Engine. `make` alone lists them.

GO       ?= go
BIN      := bin/cloudengine
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X main.version=$(VERSION)
LINT     := $(GO) tool -modfile=.ci/lint/go.mod golangci-lint
COVERAGE ?= 80

# The race detector needs a C compiler. -s -w: test binaries link a third faster.
RACE      := $(shell command -v $${CC:-cc} >/dev/null 2>&1 && echo -race)
# -parallel: most tests wait, for Terraform or for each other's processes.
TESTFLAGS ?= $(RACE) -timeout 10m -parallel 8 -ldflags='-s -w'

# Discord's own description of its API, against which the tests check every
# request of the bot.
DISCORD_OPENAPI ?= $(wildcard .cache/openapi.json)
override DISCORD_OPENAPI := $(abspath $(DISCORD_OPENAPI))
export DISCORD_OPENAPI

# The schemas of the clouds' own Terraform providers, with which the modules are
# tested. The tests look there themselves; see templates/README.md.
SCHEMAS := $(or $(CLOUDENGINE_PROVIDER_SCHEMAS),$(wildcard ../shared/providers/schemas ../../shared/providers/schemas))

# The browser in which the page of the local Discord is tested.
CHROMIUM := $(firstword $(foreach name,chromium chromium-browser google-chrome google-chrome-stable,$(shell command -v $(name) 2>/dev/null)))

# The figures that the embedded list prices were made of.
PRICE_FIGURES ?= $(wildcard ../shared/prices ../../shared/prices)

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## Try it: a page in the browser at a terminal, else a deployment that plays by itself
	$(BIN) demo

.PHONY: run
run: build ## Run the bot (DISCORD_TOKEN, CLOUDENGINE_GUILDS, DATABASE_URL, CLOUDENGINE_KEY)
	$(BIN) serve

.PHONY: build
build: ## Build bin/cloudengine, static
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='$(LDFLAGS)' -o $(BIN) ./cmd/cloudengine

.PHONY: test
test: test-notes ## Run the tests, race detector on
	$(GO) test $(TESTFLAGS) ./...

.PHONY: test-all
test-all: test-notes ## Run every test anew, the long ones too
	CLOUDENGINE_TEST_LONG=1 $(GO) test $(TESTFLAGS) -count=1 -timeout 40m ./...

.PHONY: test-notes
test-notes:
	@test -n "$(RACE)" || echo "NOTE: no C compiler (apt-get install gcc): the race detector is OFF."
	@test -n "$(DISCORD_OPENAPI)" || { \
		echo "NOTE: DISCORD_OPENAPI is not set: requests are NOT checked against Discord's"; \
		echo "      own description of its API. 'make openapi' downloads it."; }
	@test -n "$(CHROMIUM)" || { \
		echo "NOTE: no Chromium (apt-get install chromium): the page of the local Discord is NOT tested."; }
	@test -n "$(SCHEMAS)$(CLOUDENGINE_PROVIDER_MIRROR)" || { \
		echo "NOTE: CLOUDENGINE_PROVIDER_SCHEMAS is not set: the modules are NOT tested with the"; \
		echo "      clouds' schemas. templates/README.md says how to get them."; }

# Corpora found on the way stay in .cache/fuzz; what breaks a target goes to its
# package's testdata/fuzz.
FUZZTIME ?= 1h

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (1h)
	@.ci/fuzz $(FUZZTIME)

# Deployments, and the seed of what breaks; the test prints both.
CHAOS_N    ?= 200
CHAOS_SEED ?= 1

.PHONY: chaos
chaos: test-notes ## Break everything at random over CHAOS_N (200) deployments, then count
	@$(GO) test ./internal/app -run '^TestChaos$$' -count=1 -timeout 3h -ldflags='-s -w' -v -args -chaos.n $(CHAOS_N) -chaos.seed $(CHAOS_SEED)

.PHONY: cover
cover: test-notes ## Print the coverage of internal/, in all and per package
	@mkdir -p .cache
	$(GO) test -timeout 20m -ldflags='-s -w' -coverpkg=./internal/... -coverprofile=.cache/cover.out ./...
	@.ci/coverage .cache/cover.out $(COVERAGE)

.PHONY: bench
bench: build ## Measure beside bare terraform; writes bench.json
	@mkdir -p .cache
	DISCORD_OPENAPI= CLOUDENGINE_BENCH_TAIL=$(abspath .cache/tail.json) $(GO) test ./internal/discord -run '^TestFiftyAppliesAtOnce$$' -count=1 -timeout 10m
	DISCORD_OPENAPI= CLOUDENGINE_BENCH=$(abspath bench.json) CLOUDENGINE_BENCH_TAIL=$(abspath .cache/tail.json) $(GO) test ./internal/app -run '^TestBench$$' -count=1 -timeout 40m -v
	$(GO) test ./internal/cost -run '^$$' -bench Thousand -benchtime 50x

# fonts-noto-core has the letters of the pictures, fonts-noto-color-emoji the marks
# (apt-get install fonts-noto-core fonts-noto-color-emoji).
.PHONY: screenshots
screenshots: ## Take the pictures of the documents anew; writes docs/screens
	@test -n "$(CHROMIUM)" || { echo "No Chromium: apt-get install chromium"; exit 1; }
	@mkdir -p docs/screens
	CLOUDENGINE_SCREENS=$(abspath docs/screens) $(GO) test ./internal/demo -run '^TestScreens$$' -count=1 -timeout 10m

.PHONY: cost-report
cost-report: ## Print estimates beside what was calculated by hand from the list prices
	@test -n "$(PRICE_FIGURES)" || echo "NOTE: PRICE_FIGURES is not set: unit prices are NOT compared with the recorded figures."
	@CLOUDENGINE_COST_REPORT=1 PRICE_FIGURES="$(abspath $(PRICE_FIGURES))" $(GO) test ./internal/cost -run '^TestReport$$' -count=1 -v | grep -v '^=== \|^--- PASS\|^PASS\|^ok '

.PHONY: lint
lint: ## Run the linter, which also holds the import order of the packages
	@.ci/import-order
	$(LINT) run

.PHONY: fmt
fmt: ## Format the code
	$(LINT) fmt

.PHONY: docs
docs: ## Write the generated documents anew
	$(GO) test ./internal/config -run TestDocumentIsCurrent -update
	$(GO) test ./internal/session -run TestReadmeShowsTheMachine -update
	$(GO) test ./internal/discord -run 'TestCommandsDocumentIsCurrent|TestReadmeShowsWhoMayDoWhat' -update
	$(GO) test ./internal/catalog -run TestKindsDocumentsAreCurrent -update

# A folder, or a mirror on the network, in the place of the registries.
MIRROR ?=

.PHONY: locks
locks: build ## Write the lock files of the clouds' plugins (from their registry, or MIRROR)
	$(BIN) providers lock --all --into templates $(if $(MIRROR),--mirror $(MIRROR))

.PHONY: openapi
openapi: ## Download Discord's description of its API to .cache/openapi.json
	@mkdir -p .cache
	@echo "Downloading https://raw.githubusercontent.com/discord/discord-api-spec/main/specs/openapi.json"
	@curl -fsSL --retry 3 -o .cache/openapi.json.part \
		https://raw.githubusercontent.com/discord/discord-api-spec/main/specs/openapi.json
	@mv .cache/openapi.json.part .cache/openapi.json
	@echo "Saved as .cache/openapi.json: 'make test' uses it from now on."

.PHONY: clean
clean: ## Remove what was built and measured
	rm -rf bin .cache bench.json
