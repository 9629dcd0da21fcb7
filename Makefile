# make test: every check and test that continuous integration runs.
# Each makes a virtual environment (.venv) first; what the system lacks is installed through apt, or else named.
VENV ?= .venv

.PHONY: test bench venv

test: venv
	. $(VENV)/bin/activate && tools/check && tools/test

bench: venv
	. $(VENV)/bin/activate && tools/bench

venv:
	tools/setup $(VENV) test
