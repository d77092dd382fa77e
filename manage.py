#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line
from django.db import connections

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuploy.settings")
    try:
        execute_from_command_line(sys.argv)
    finally:
        # Left to the interpreter's end, the threads of a pool keep it waiting for many seconds.
        for connection in connections.all(initialized_only=True):
            connection.close_pool()  # type: ignore[attr-defined]
