# make demo · make test · make annotate: each does its own set-up.
PYTHON ?= python3
BIN := .venv/bin
# The CPU build of torch 2.13.0 for Python 3.11 on Linux, which is not on PyPI; its CUDA build needs gigabytes.
TORCH_CPU := 6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b
export KHABAR_DEMO_OUT ?= build/demo

.PHONY: help setup demo test test-fast lint bench annotate lock clean

help:
	@echo "make demo       the whole line, from raw article to leaderboard, on the articles in the repository"
	@echo "make test       every check: ruff, mypy, all tests (those in a browser and on Label Studio where these are)"
	@echo "make test-fast  unit tests only"
	@echo "make annotate   Label Studio with an account for everybody: make annotate ARGS="--annotator ID --judge ID""
	@echo "make bench      how fast, against named peers"
	@echo "make setup      .venv with all that the demo and the tests need"
	@echo "make lock       resolve requirements/*.txt again"

setup: .venv/ready

# Everything is pinned by hash; build tools come first because seqeval 1.2.2 is a source distribution.
.venv/ready: requirements/build.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	  || { echo "Khabar needs Python 3.11-3.13; found $$($(PYTHON) --version). Try: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --require-hashes --no-build-isolation -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@$(BIN)/python scripts/demo.py --out $(KHABAR_DEMO_OUT)

test: setup lint
	$(BIN)/python -m pytest

test-fast: setup
	$(BIN)/python -m pytest -q -m "not slow and not browser and not labelstudio"

annotate: setup
	@$(BIN)/python scripts/label_studio.py serve $(ARGS)

bench: setup
	$(BIN)/python benchmarks/run.py

lint: setup
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary

lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  requirements/build.in -o requirements/build.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra agreement --extra annotate --extra html --extra baselines --extra neural --extra prompt --extra scale \
	  --group dev pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  requirements/label-studio.in -o requirements/label-studio.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  -c requirements/dev.txt pyproject.toml -o requirements/core.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  -c requirements/dev.txt --extra crawl --extra html --extra baselines --extra scale \
	  pyproject.toml -o requirements/crawl.txt
	for name in datasets-2.21 datasets-3.6 datasets-4.4 mlcroissant; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	mkdir -p build
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  -c requirements/core.txt requirements/finetune.in -o build/finetune.txt
	awk -v here="sys_platform == 'linux' and platform_machine == 'x86_64'" -v hash=$(TORCH_CPU) \
	  -v there="sys_platform != 'linux' or platform_machine != 'x86_64'" -f requirements/finetune.awk \
	  build/finetune.txt > requirements/finetune.txt

clean:
	rm -rf build .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
