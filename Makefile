# The front door. `make forecast` and `make test` do all their own set-up on a fresh Debian machine.
# Messages of the set-up go to standard error; standard output belongs to the program.

BUILD ?= build
CASE ?= cases/kremlin-2022.yaml
PREFIX ?= /usr/local
JOBS := $(shell nproc 2>/dev/null || echo 2)

PACKAGES_BUILD := gcc libc6-dev meson ninja-build pkg-config libyaml-dev libjansson-dev nettle-dev libsleef-dev \
	librandom123-dev libgsl-dev libcsv-dev uthash-dev libsqlite3-dev \
	libreadstat-dev librdata-dev zlib1g-dev libbz2-dev liblzma-dev libcurl4-gnutls-dev
# npm comes with Node.js where that is not Debian's
PACKAGES_PAGES := $(if $(shell command -v npm 2>/dev/null),,nodejs npm)
PACKAGES_TEST := $(PACKAGES_BUILD) $(PACKAGES_PAGES) libcmocka-dev mandoc chromium
PACKAGES_BENCH := $(PACKAGES_BUILD) r-base-core r-cran-survival r-cran-prodlim r-cran-cmprsk
PACKAGES_CI := $(PACKAGES_TEST) clang-14 clang-format-14 clang-tidy-14 libomp-14-dev libclang-rt-14-dev git \
	openmpi-bin libopenmpi-dev procps

.PHONY: forecast test pages bench bench-base bench-survival bench-court fuzz docs install format lint clean \
	packages-build packages-pages packages-test packages-ci packages-bench build help

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

forecast: build ## the forecast of the bundled case (CASE=file for another)
	@$(BUILD)/cli/tenure forecast $(CASE)

build: packages-build
	@tools/build $(BUILD) -Dtests=false >&2

pages: packages-build packages-pages ## build with charts, so that --html writes pages (needs npm)
	@tools/pages >&2
	@tools/build $(BUILD) -Dtests=false >&2

test: packages-test ## build and run the tests; without a way to npm those of the pages are skipped
	@tools/pages >&2 || [ $$? -eq 75 ]
	@tools/build $(BUILD)-test -Dwerror=true >&2
	meson test -C $(BUILD)-test --print-errorlogs

bench: bench-court bench-survival ## all timings, some minutes

bench-survival: packages-bench ## estimators against R's packages (BENCH_ROWS=n: at most n rows)
	@tools/build $(BUILD)-bench -Dtests=false -Dbench=true >&2
	@$(BUILD)-bench/bench/bench_survival bench/survival.R $(BENCH_ROWS)

fuzz: packages-ci ## one minute of fuzzing per reader of outside bytes
	@tools/fuzz 60

docs: build ## make the generated texts anew: man page of the case file, output in the README
	@tools/docs $(BUILD)

bench-court: packages-build ## speed of the simulator (WORLDS=n)
	@tools/build $(BUILD)-bench -Dtests=false -Dbench=true >&2
	@$(BUILD)-bench/bench/bench_court $(CASE) $(WORLDS)

bench-base: packages-build ## base rates and backtests (STORE=file of imported data)
	@tools/build $(BUILD)-bench -Dtests=false -Dbench=true >&2
	@$(BUILD)-bench/bench/bench_base $(STORE)

install: build ## install under PREFIX
	meson configure $(BUILD) -Dprefix=$(PREFIX)
	meson install -C $(BUILD)

format: packages-ci ## format all C sources
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i

lint: packages-ci ## layers, format, clang-tidy
	@tools/check-layers
	@tools/check-format
	@tools/check-tidy

clean: ## remove what was built
	rm -rf $(BUILD) $(BUILD)-* pages/node_modules

packages-build:
	@tools/packages $(PACKAGES_BUILD) >&2
packages-pages:
	@[ -z "$(PACKAGES_PAGES)" ] || tools/packages $(PACKAGES_PAGES) >&2
packages-test:
	@tools/packages $(PACKAGES_TEST) >&2
packages-ci:
	@tools/packages $(PACKAGES_CI) >&2
packages-bench:
	@tools/packages $(PACKAGES_BENCH) >&2
