# One set-up for everybody: readers, authors and CI. Needs Python >= 3.11, git and make.
PYTHON ?= python3
PORT ?= 8000
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
RUN := $(BIN)/python -m
PIP := $(RUN) pip --disable-pip-version-check --quiet
READY := .venv/.ready
ONE_THREAD := OPENBLAS_NUM_THREADS=1 # small matrices: with two workers more threads only wait for each other
export NO_MKDOCS_2_WARNING := 1
unexport PYTHONDONTWRITEBYTECODE # a second call compiles nothing

.DEFAULT_GOAL := help
.PHONY: help
help: ## say what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "gradlab needs Python 3.11 or newer: try  make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv (once; a minute or two) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) install --require-hashes -r requirements.lock || \
	  { echo "The packages could not be installed: is the network up? Run the same command again."; exit 1; }
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

# The package's tests, without those that are slow, and without site and browser.
PACKAGE := tests src --ignore=tests/website
QUICK := -m "not slow and not browser" $(PACKAGE)
FEW_SLOW := tests/diagnosis tests/labs tests/verdict

.PHONY: check
check: export GRADLAB_TESTS ?= few
check: lint ## lint, and the package's quick tests: a minute, without site and browser
	$(ONE_THREAD) $(RUN) pytest -q -n 2 --dist worksteal $(QUICK)

.PHONY: lint
lint: $(READY) ## mistakes, format, types, contracts of imports, the site's JavaScript (seconds)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(BIN)/lint-imports
	$(RUN) website.scripts --if-installed

.PHONY: rooms
rooms: $(READY) ## the floor plan: modules and imports by room, circles, long lists of arguments
	$(RUN) website.audit.rooms

.PHONY: coverage
coverage: $(READY) ## which branches neither quick tests nor a few slow ones take; too many, and it fails
	@mkdir -p build/coverage && rm -f build/coverage/*
	$(ONE_THREAD) $(RUN) coverage run -m pytest -q -n 2 --dist worksteal $(QUICK)
	$(ONE_THREAD) GRADLAB_TESTS=few $(RUN) coverage run -m pytest -q -n 2 --dist loadfile -m slow $(FEW_SLOW)
	$(RUN) coverage combine --quiet
	$(RUN) coverage report

# Without reordering, files with few but long tests (the browser's) do not come last, on one core alone.
# A second call leaves out pages and test files that passed, while nothing has changed that they meet (nor builds the site).
.PHONY: test
test: export GRADLAB_TESTS ?= few
test: lint ## what CI runs; of slow tests and those with a browser one in five (GRADLAB_TESTS=every: all)
	$(ONE_THREAD) $(RUN) pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: blocks
blocks: $(READY) ## run every block of every page, nothing else
	$(ONE_THREAD) $(RUN) pytest -n 2 --dist loadfile docs README.md CONTRIBUTING.md

# Other vector instructions and another BLAS kernel round differently: outputs must not hang on last bits.
.PHONY: elsewhere
elsewhere: $(READY) ## run every block as another processor would (x86-64 only)
	NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4" OPENBLAS_CORETYPE=Prescott PYTHONWARNINGS=ignore::ImportWarning \
	  $(RUN) pytest -n 2 --dist loadfile docs README.md CONTRIBUTING.md

.PHONY: outputs
outputs: $(READY) ## rewrite the outputs on the pages that changed, and print the diff
	$(RUN) website.outputs

.PHONY: scripts
scripts: $(READY) ## put the site's JavaScript into its style, look for mistakes, run its tests (seconds)
	$(RUN) website.scripts --write

.PHONY: serve
serve: $(READY) ## the site on http://127.0.0.1:8000 (PORT=8001 for another), rebuilt when docs, src or website change
	$(RUN) mkdocs serve --dev-addr 127.0.0.1:$(PORT)

.PHONY: site
site: $(READY) ## the site as files, in build/site
	$(RUN) mkdocs build --strict

.PHONY: twice
twice: $(READY) ## the site built by MkDocs, and by ProperDocs elsewhere: equal byte for byte, or what differs (minutes)
	$(RUN) website.audit.twice

.PHONY: screenshots
screenshots: export SITE_URL := http://localhost:8000/gradlab/
screenshots: site ## pictures of every page, in build/screenshots (needs chromium)
	$(RUN) website.audit.screenshots

.PHONY: lighthouse
lighthouse: site ## Lighthouse's scores of each kind of page (needs chromium; half an hour)
	$(RUN) website.audit.lighthouse

.PHONY: search
search: site ## at which place the site's search brings the right page, for questions and for words
	$(RUN) website.audit.search

.PHONY: reading
reading: $(READY) ## minutes that the lessons take when their text is read aloud
	$(RUN) website.audit.reading

.PHONY: first-run
first-run: site ## seconds from a click on Run to its output (needs chromium)
	$(RUN) website.audit.first_run

.PHONY: sbom
sbom: $(READY) ## others' scripts and Python packages, as bills of materials (CycloneDX), in build/sbom*.cdx.json
	$(RUN) website.audit.sbom

.PHONY: dist
dist: $(READY) ## wheel and sdist, in dist
	$(RUN) build --no-isolation

.venv-frameworks/.ready: requirements-frameworks.txt requirements.lock
	@echo "Setting up .venv-frameworks (once; PyTorch, JAX and TensorFlow, some 3 GB, several minutes) ..."
	@$(PYTHON) -m venv --clear .venv-frameworks
	@.venv-frameworks/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements.lock
	@.venv-frameworks/bin/python -m pip --disable-pip-version-check --quiet install -r $<
	@.venv-frameworks/bin/python -m pip --disable-pip-version-check --quiet install --no-build-isolation --no-deps -e .
	@touch $@

# Pages apart from tests: a page runs in a fork, and a process that has imported JAX cannot be forked.
WITH_FRAMEWORKS := GRADLAB_FRAMEWORKS=1 TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 $(ONE_THREAD) \
  .venv-frameworks/bin/python -m pytest

.PHONY: frameworks
frameworks: .venv-frameworks/.ready ## what needs PyTorch, JAX or TensorFlow: the adapters' tests and their pages
	$(WITH_FRAMEWORKS) $(shell grep -l '^needs: ' docs/*/*.md)
	$(WITH_FRAMEWORKS) tests/adapters

.venv-oldest/.ready: requirements-oldest.txt
	@$(PYTHON) -m venv --clear .venv-oldest
	@.venv-oldest/bin/python -m pip --disable-pip-version-check --quiet install -r $<
	@.venv-oldest/bin/python -m pip --disable-pip-version-check --quiet install --no-build-isolation --no-deps -e .
	@touch $@

.PHONY: oldest
oldest: .venv-oldest/.ready ## the package's tests with the oldest NumPy that it takes
	$(ONE_THREAD) .venv-oldest/bin/python -m pytest -q -n 2 --dist loadfile --confcutdir=tests tests \
	  --ignore=tests/website --ignore=tests/benchmarks --ignore=tests/test_chosen.py \
	  --ignore=tests/test_layers.py --ignore=tests/test_release.py --ignore=tests/test_wheel.py

.venv-benchmark/.ready: benchmarks/requirements.txt
	@$(PYTHON) -m venv --clear .venv-benchmark
	@.venv-benchmark/bin/python -m pip --disable-pip-version-check --quiet install -r $<
	@.venv-benchmark/bin/python -m pip --disable-pip-version-check --quiet install --no-deps -e .
	@touch $@

.PHONY: benchmark
benchmark: .venv-benchmark/.ready ## gradlab beside other checkers: who is right, and what it costs (half an hour)
	.venv-benchmark/bin/python -m benchmarks.derivatives
	.venv-benchmark/bin/python -m benchmarks.speed
	.venv-benchmark/bin/python -m benchmarks.verdicts
	.venv-benchmark/bin/python -m benchmarks.fields

.PHONY: mutants
mutants: $(READY) ## do the tests notice small changes of the numbers and verdicts? a sample (half an hour, MORE="--seed 1")
	$(ONE_THREAD) $(RUN) benchmarks.mutants $(MORE)

UV ?= uv
.PHONY: lock
lock: ## renew requirements.lock from pyproject.toml (needs uv)
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra plot --group test --group site pyproject.toml -o requirements.lock --quiet
