# Everything runs on Debian 12 or 13, as root; elsewhere use `docker compose up`.
LOCAL = /usr/bin/python3 -m deploy.local

.PHONY: help run test stack down bench lint lock

help:
	@echo "make run     the whole system on this machine, until Ctrl-C"
	@echo "make test    the test suite against real servers (ARGS='-k name' for a part of it)"
	@echo "make stack   the same servers, left running for tests by hand; make down stops them"
	@echo "make bench   the benchmarks (SIZE=large for a million mailboxes)"
	@echo "make lint    style, types and import rules"
	@echo "make lock    compiles requirements*.txt from pyproject.toml"

run:
	@$(LOCAL) run

test:
	@$(LOCAL) test $(ARGS)

stack:
	@$(LOCAL) stack

down:
	@$(LOCAL) down

bench:
	@$(LOCAL) bench $(SIZE)

lint:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	set -a; . deploy/example.env; .venv/bin/mypy .
	.venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet templates

lock:
	uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --extra dev pyproject.toml -o requirements-dev.txt
