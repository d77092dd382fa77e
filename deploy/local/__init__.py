"""The whole system on one Debian machine: `make run`, `make test`, `make stack`, `make bench`.

Standard library only: this runs on a bare machine, before there is a virtual environment.
"""
