# The two commands of a fresh machine are `make run` and `make test`; all they need is Python 3.11+.
# Words for the tests: make test ARGS="-k ledger".

PYTHON ?= python3
ARGS ?=

.PHONY: setup run test test-long bench shell catalogue lifecycle lock stop

setup run test test-long bench shell catalogue lifecycle lock:
	@$(PYTHON) tools/project.py $@ $(ARGS)

stop:
	@.venv/bin/python manage.py stop_database
