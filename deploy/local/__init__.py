"""The whole system on one Debian machine: `make run`, `make test`, `make stack`, `make bench`.

Standard library only: this runs on a bare machine, before there is a virtual environment.
"""

import sys

# Said here, because an older Python cannot even read the modules beside this one.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("This sets up Debian 12 and 13 only: use 'docker compose up'.")
