# make demo: a synthetic market to a trained model, a backtest, a day of paper trading and a report, in one go.
# make test: every check and test that continuous integration runs.
# Both make a virtual environment (.venv) first; what the system lacks is installed through apt, or else named.
VENV ?= .venv
DEMO ?= demo

.PHONY: demo test bench venv venv-bench venv-demo

demo: venv-demo
	$(VENV)/bin/foxml demo --dir $(DEMO)

test: venv
	. $(VENV)/bin/activate && tools/check && tools/test

bench: venv-bench
	. $(VENV)/bin/activate && tools/bench

venv:
	tools/setup $(VENV) test

venv-bench:
	tools/setup $(VENV) bench

venv-demo:
	tools/setup $(VENV) all
