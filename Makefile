# What a fresh machine needs is Go 1.26 and a C compiler; `make browser` also
# needs Node.js. README.md says what the targets are for.

GO          ?= go
FUZZTIME    ?= 30s
SOAKTIME    ?= 10m
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

BIN  := bin/assay
OUT  := reports/out
PAGE := $(OUT)/index.html

.PHONY: run build test lint generate spec fuzz fuzz-ci soak bench browser race mutants selftest-full matrix templates platforms clean

# Certifies the reference device as an outside process, measures the core, and
# writes the report.
run: build
	$(BIN) run --with-bench --with-selftest --out $(OUT) "exec:$(BIN) device"

build:
	$(GO) build -trimpath -ldflags "-s -w" -o $(BIN) .

# Every test, and with them the gates: generated files are up to date, and
# every MUST has a check, a mutant that it kills, and a pass.
test:
	$(GO) test -timeout 15m ./...

lint:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt these: $$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

# Writes what follows from the chapters. Running it twice changes nothing.
generate:
	$(GO) run ./spec/gen
	$(GO) run ./vectors/gen

# Writes the specification as one page, with the plots of its sizes.
spec:
	$(GO) run ./spec/render --out $(OUT)

# Publishes what a full self-test finds: by it reports tell their detection power.
matrix: build
	$(BIN) selftest --full --seeds 1 --matrix conformance/selftest/matrix.json >/dev/null

# Writes, builds and checks the adapter templates.
templates: build
	.ci/templates

# What is tested on Linux has to build elsewhere.
platforms:
	GOOS=windows GOARCH=amd64 $(GO) build ./...
	GOOS=darwin GOARCH=arm64 $(GO) build ./...

# Gives each fuzz target FUZZTIME.
fuzz:
	GO=$(GO) .ci/fuzz $(FUZZTIME)

# Gives all of them, with the building, three minutes together.
fuzz-ci:
	GO=$(GO) .ci/fuzz total 110

# What takes hours: every bit of every signature, and SOAKTIME for each target.
soak:
	ASSAY_SOAK=1 $(GO) test -timeout 6h -run TestEveryBitCounts ./vectors/judge
	GO=$(GO) .ci/fuzz $(SOAKTIME)

bench: build
	$(BIN) bench core --out $(OUT)/bench

# Opens the report and the specification in Chromium: light and dark, phone and
# desk, and on paper.
browser:
	@test -f $(PAGE) || $(MAKE) run
	@command -v "$${CHROMIUM:-/usr/bin/chromium}" >/dev/null || $(MAKE) chromium
	cd reports/browser && npm ci --no-audit --no-fund
	node reports/browser/check.mjs $(PAGE)
	$(MAKE) spec
	node reports/browser/spec.mjs $(OUT)/spec.html

.PHONY: chromium
chromium:
	@test "$$(id -u)" = 0 && command -v apt-get >/dev/null || \
		{ echo "install Chromium, or set CHROMIUM to the path of one"; exit 1; }
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
		chromium fonts-dejavu fonts-liberation fonts-noto-core >/dev/null

# The packages that start goroutines, under the race detector.
race:
	$(GO) test -race ./conformance/stdio ./reference/verify/fast ./bench/measure
	$(GO) test -race -run "TestToyWallet" ./conformance/selftest

# Runs the command on every mutant: it ends with 1 and names the requirement.
mutants: build
	$(BIN) mutants list | sed -n '/^Mutants/,/^$$/p' | awk '/^  [A-Z]/{print $$1, $$2}' | xargs -P "$$(nproc)" -L 1 .ci/mutant

selftest-full: build
	$(BIN) selftest --full

clean:
	rm -rf bin $(OUT) reports/browser/node_modules reports/browser/screenshots
