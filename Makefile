# `make demo` and `make test` need Python 3.11 or later, with venv and pip, and nothing else.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

# How much the longer checks do: cases of each oracle, minutes of each fuzzer (of one: FRONT=hcl), mutants of the core.
N ?= 200
MINUTES ?= 10
SAMPLE ?= 200

.PHONY: demo test lint oracle bench fuzz metamorphic mutants ecosystem release lock test-locked test-lowest test-pythons broken clean

demo: $(VENV)/.installed
	@$(BIN)/iac-keycheck scan examples; code=$$?; \
	echo; \
	echo "(exit code $$code; 1 says that findings reach the gate, which is the point of this demo, so make goes on)"; \
	test $$code -le 1

# pytest comes last, so that its closing line is the last one.
test: lint
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.installed-for-tests
	@$(BIN)/mypy
	@$(BIN)/ruff check

oracle: $(VENV)/.installed-for-tests
	@$(BIN)/python -m tests.oracle --n $(N)

# Installed as a user has it: what makes an installation editable costs each start of Python more than a template does.
# Rows of its own: make bench BENCH_ARGS='--only "one "'
bench:
	$(PYTHON) -m venv --clear $(VENV)-bench
	@rm -rf build
	@$(VENV)-bench/bin/python -m pip --quiet --quiet install .
	@$(VENV)-bench/bin/python -m benchmarks $(BENCH_ARGS)

# Without atheris, for which not every system has a wheel, the fuzzers have a guide of their own.
fuzz: $(VENV)/.installed-for-tests
	-@$(BIN)/python -c 'import atheris' 2>/dev/null || $(PIP) install --only-binary :all: 'atheris>=3,<4'
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(if $(FRONT),--front $(FRONT)) $(if $(CORPUS),--corpus $(CORPUS))

metamorphic: $(VENV)/.installed-for-tests
	@$(BIN)/python -m tests.metamorphic

mutants: $(VENV)/.installed-for-tests
	@$(BIN)/python -m tests.mutation --sample $(SAMPLE)

# What the program says of the checkouts in a folder, and what it said otherwise the last time: make ecosystem DIR=…
ecosystem: $(VENV)/.installed-for-tests
	@$(BIN)/python -m tests.ecosystem $(DIR)

# Wheel and sdist into dist/, built twice to see that they are the same; twine checks them, a clean environment runs them.
release: $(VENV)/.installed-for-tests
	@$(PIP) install 'twine>=6,<7' 'setuptools>=77'
	@$(BIN)/python -m tests.release

# requirements/test.txt: every package of `make test` at one version, with hashes, for any system and Python 3.11 or later.
lock: $(VENV)/.installed-for-tests
	@$(PIP) install 'uv>=0.5,<1'
	@$(BIN)/uv pip compile --quiet --no-header --upgrade --universal --python-version 3.11 --generate-hashes \
	  --extra test --output-file requirements/test.txt pyproject.toml

test-locked:
	$(PYTHON) -m venv --clear $(VENV)-locked
	@$(VENV)-locked/bin/python -m pip --quiet --quiet install --require-hashes --requirement requirements/test.txt
	@$(VENV)-locked/bin/python -m pip --quiet --quiet install --no-deps --editable .
	@$(VENV)-locked/bin/python -m pytest $(PYTEST_ARGS)

# The other end of the bounds in pyproject.toml: the oldest releases of what the program itself needs. Its linters need
# newer ones, and stay away.
test-lowest: $(VENV)/.installed-for-tests
	@$(PIP) install 'uv>=0.5,<1'
	$(PYTHON) -m venv --clear $(VENV)-lowest
	@$(BIN)/uv pip compile --quiet --resolution lowest-direct --output-file $(VENV)-lowest/lowest.txt pyproject.toml
	@sed -n '/^test = \[/,/^\]/s/^  "\(.*\)",$$/\1/p' pyproject.toml | grep -v -e '^mypy' -e '^ruff' >$(VENV)-lowest/tests.txt
	@$(VENV)-lowest/bin/python -m pip --quiet --quiet install --editable . --requirement $(VENV)-lowest/tests.txt \
	  --constraint $(VENV)-lowest/lowest.txt
	@$(VENV)-lowest/bin/python -m pytest -m 'not slow' $(PYTEST_ARGS)

# The reports of other Pythons must have the same bytes: make test-pythons PYTHONS='python3.12 python3.13'
test-pythons: $(VENV)/.installed-for-tests
	@for python in $(PYTHONS); do \
	  $$python -m venv $(VENV)-pythons/$$python && \
	  $(VENV)-pythons/$$python/bin/python -m pip --quiet --quiet install --editable . || exit 1; \
	done
	@PATH="$$(printf '$(CURDIR)/$(VENV)-pythons/%s/bin:' $(PYTHONS))$$PATH" \
	  $(BIN)/python -m pytest tests/trust/test_same_bytes.py -rs $(PYTEST_ARGS)

# Each promise of docs/security.md broken on purpose; its test must notice.
broken: $(VENV)/.installed-for-tests
	@$(BIN)/python -m tests.trust.broken

clean:
	rm -rf $(VENV) $(VENV)-locked $(VENV)-lowest $(VENV)-pythons $(VENV)-bench build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "iac-keycheck needs Python 3.11 or later: make PYTHON=…")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-for-tests: pyproject.toml | $(BIN)/python
	$(PIP) install --editable '.[test]'
	@touch $@ $(VENV)/.installed
