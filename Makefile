# Two commands matter: `make run` and `make test`. Both start from nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EVERYTHING := .[dev,e2e]
# What pip would compile one file after the other is compiled on all cores; a file that is no Python 3 is left as it is.
define INSTALLED
$(BIN)/pip install --quiet --no-compile --constraint constraints.txt --editable '$(1)'
$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
touch $@
endef

.PHONY: setup run test lint unit browser eval tune clean

# The environment, the dependencies, the index.
setup: $(VENV)/.installed
	$(BIN)/python -m ingest

run: setup
	$(BIN)/python app.py

# Every check that CI runs. A browser waits half of the time: the linters run meanwhile.
test: setup $(VENV)/.installed-dev
	$(MAKE) --jobs 2 lint browser
	$(MAKE) unit
	$(MAKE) eval

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy assistant corpus ingest evals app.py

unit: $(VENV)/.installed-dev
	$(BIN)/pytest tests --ignore tests/e2e -n 2

# Skips, saying so, where Chromium is not installed (Debian: apt-get install chromium).
browser: $(VENV)/.installed-dev
	$(BIN)/pytest tests/e2e

eval: $(VENV)/.installed-dev
	$(BIN)/python -m evals run --out var/results.json --report var/report.html

# Fit again, on the cases of evals/cases/taught and the corpus alone: the bridge to other collections, what recognises questions, the weights and thresholds, the second reader.
tune: $(VENV)/.installed-dev
	$(BIN)/python -m evals.bridge
	$(BIN)/python -m evals.recognise
	$(BIN)/python -m evals.tune
	$(BIN)/python -m evals.teach

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; set PYTHON to one, such as: make run PYTHON=python3.12"; exit 2; }
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(call INSTALLED,.)

$(VENV)/.installed-dev: $(VENV)/.installed
	$(call INSTALLED,$(EVERYTHING))

clean:
	rm -rf $(VENV) var
