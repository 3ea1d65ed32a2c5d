# The tasks of this repository; `make help` lists them. They need Go, git and make, and nothing else
# unless a line says so.

export CGO_ENABLED ?= 0

GO       ?= go
TEST     := $(GO) test -timeout=30m# on a slow or busy machine go test's ten minutes a package are few
HOST     := $(shell $(GO) env GOOS)-$(shell $(GO) env GOARCH)
TARGETS  := $(sort linux-amd64 linux-arm64 $(HOST))
FUZZTIME ?= 20000x
SCHEDULES ?= 10000
PLANS    ?= 100000
QEMU     ?= qemu-aarch64-static
FILES    ?= $(wildcard dist/compare.json dist/tune.json)
BENCHRUNS ?= 6

.PHONY: run test bootstrap zip lab bench network race fuzz faults plans shapes purego deployed arm64 size check integration \
        deploycheck peers compare elsewhere tune ladder chart clean help

run: dist/$(HOST)/bootstrap ## the main job, on the embedded emulator: 2,000, 10,000 and 1,000,000 rows
	$(GO) run ./cmd/lab run

test: ## every test; no network, no C compiler
	$(GO) vet ./...
	$(TEST) ./...

bootstrap: $(TARGETS:%=dist/%/bootstrap) ## the function, for Lambda's two architectures and this machine

dist/%/bootstrap: FORCE
	@$(GO) run ./cmd/pack build -os $(firstword $(subst -, ,$*)) -arch $(lastword $(subst -, ,$*)) -o $@ ./bootstrap

zip: dist/linux-amd64/bootstrap.zip dist/linux-arm64/bootstrap.zip ## deployment packages for provided.al2023, the same bytes every time

dist/%/bootstrap.zip: dist/%/bootstrap
	@$(GO) run ./cmd/pack zip -o $@ $<

bench: ## the parser beside encoding/csv (2 minutes; BENCHRUNS=n runs; INPUT=FILE: your CSV)
	@$(GO) run ./internal/bench -runs=$(BENCHRUNS) -input='$(INPUT)'

network: ## reading and storing on emulated networks, beside curl; CPU time of a GB (10 minutes)
	$(GO) test -run='^$$' -bench='Network|Shapes|Cores' -timeout=0 ./internal/netbench

elsewhere: zip bootstrap dist/$(HOST)/lab ## compare on versitygw and dynalite (needs as integration; ELSEWHERE=flags of lab compare)
	peers/integration/install.sh .build/integration
	peers/elsewhere.sh $(ELSEWHERE)

race: ## every test under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(TEST) -race ./...

fuzz: ## every fuzz target (FUZZTIME=20000x: inputs each; FUZZTIME=5m: time each)
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list='^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run='^$$' -fuzz="^$$f\$$" -fuzztime=$(FUZZTIME) -fuzzminimizetime=1x $$p || exit 1; \
	  done; done

faults: ## the whole job under random schedules of faults (SCHEDULES=10000)
	$(GO) test -run=TestFaultSchedules -timeout=0 -v ./internal/faults -schedules $(SCHEDULES)

plans: ## random files, cut into shards and merged, beside a single run (10 minutes; PLANS=100000)
	$(GO) test -run=TestPlans -timeout=0 -v ./internal/shard -plans $(PLANS)

shapes: ## files of every shape within 128 and 256 MB: how much memory the function takes (Linux, root)
	$(GO) test -run=TestMemoryLimit -timeout=0 -v ./cmd/lab -shapes all

# The packages that bootstrap links, and tests of the whole job.
LINKED = . ./internal/faults $$($(GO) list -deps ./bootstrap | grep '^reduction')

purego: ## tests of the packages that the function links, without assembly
	$(TEST) -tags=purego $(LINKED)

deployed: ## tests of the packages that the function links, with the compiler flags of the deployed build
	$(GO) run ./cmd/pack test $(LINKED)

arm64: dist/linux-arm64/bootstrap ## tests of the packages with assembly, on an emulated arm64 (needs qemu-user)
	GOARCH=arm64 $(TEST) -exec=$(QEMU) ./csvfast ./aggregate ./internal/crc64nvme ./internal/job
	$(QEMU) $< 2>&1 | grep 'AWS_LAMBDA_RUNTIME_API is not set' # so its own entry leads to Go's

size: dist/linux-amd64/bootstrap.zip dist/linux-arm64/bootstrap.zip ## size of the binary by package, and of the zip, against their budgets
	@$(GO) run ./cmd/pack size

check: ## format, vet for the other platforms and build tags, cross-builds
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	GOARCH=arm64 $(GO) vet ./...
	$(GO) vet -tags=integration ./sigv4/...
	GOOS=darwin GOARCH=arm64 $(GO) build -buildvcs=false -o /dev/null ./bootstrap
	$(GO) test -run='^$$' -bench=. -benchtime=1x ./...

integration: dist/$(HOST)/bootstrap dist/$(HOST)/lab ## the function on servers of others, boto3 on ours (needs Python, npm, network)
	peers/integration/install.sh .build/integration
	.build/integration/venv/bin/python peers/integration/run.py .build/integration $^
	.build/integration/venv/bin/python peers/integration/emulator.py $^
	.build/integration/venv/bin/python peers/integration/measure.py .build/integration $^
	.build/integration/venv/bin/python peers/integration/deploy.py .build/integration dist/$(HOST)/lab
	.build/integration/venv/bin/python peers/integration/statemachine.py .build/integration dist/$(HOST)/lab

deploycheck: ## deploy/ checked by cfn-lint, SAM, checkov, asl-validator, shellcheck (needs Python, npm, network)
	deploy/check.sh .build/deploycheck

peers: ## build the rivals whose toolchain is installed: Rust, Go, Node.js, Python (needs network)
	peers/build.sh

compare: zip bootstrap dist/$(HOST)/lab ## ours beside every rival that make peers has built (COMPARE=flags of lab compare)
	dist/$(HOST)/lab compare --json dist/compare.json --markdown dist/compare.md $(COMPARE)

tune: bootstrap dist/$(HOST)/lab ## time and cost by memory size (TUNE=flags of lab tune)
	dist/$(HOST)/lab tune --json dist/tune.json $(TUNE)

ladder: ## what each habit costs a cold start (after make peers; needs cargo, Linux, root)
	peers/ladder/measure.sh

chart: dist/$(HOST)/lab ## charts of JSON reports of lab (FILES=reports; else those of make compare and make tune)
	dist/$(HOST)/lab chart --svg dist/charts --html dist/charts/index.html $(FILES)

lab: dist/$(HOST)/lab ## build lab, the tool that runs, serves and measures functions
	@echo 'PATH="$$PATH:$(CURDIR)/dist/$(HOST)" # makes it the command lab of this shell'

dist/%/lab: FORCE
	$(GO) build -buildvcs=$$(git rev-parse --verify HEAD >/dev/null 2>&1 && echo true || echo false) -o $@ ./cmd/lab

clean: ## remove what the other targets made
	rm -rf dist

help: ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' Makefile | expand -t 12

FORCE:
