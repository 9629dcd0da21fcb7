# make test: every check and test that continuous integration runs, in a virtual environment of its own (.venv).
VENV ?= .venv

.PHONY: test venv

test: venv
	. $(VENV)/bin/activate && tools/check && tools/test

venv:
	tools/setup $(VENV)
