"""One gunicorn worker for one database, and requests to it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from psycopg.conninfo import make_conninfo

# As `make run` starts it, but one worker; connections outlive the turns of the others.
OPTIONS = ["--workers=1", "--threads=4", "--no-control-socket", "--keep-alive=75"]


class Site:
    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = HTTPConnection("127.0.0.1", port)

    def again(self) -> "Site":
        """Over another connection."""
        return Site(self._port)

    def post(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self._connection.request("POST", path, body, headers)
        response = self._connection.getresponse()
        answer = response.read()
        assert response.status == 201, (path, response.status, answer)

    def get(self, path: str, headers: dict[str, str]) -> None:
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        response.read()
        assert response.status == 200, (path, response.status)

    def milliseconds(self, path: str, headers: dict[str, str], requests: int) -> float:
        """For one request, on average."""
        began = time.perf_counter()
        for _ in range(requests):
            self.get(path, headers)
        return (time.perf_counter() - began) * 1000 / requests


@contextmanager
def running(application: str, database: str) -> Iterator[Site]:
    """The application with KUPLOY_DATABASE_URL naming that database."""
    port = free_port()
    url = make_conninfo(os.environ["KUPLOY_DATABASE_URL"], dbname=database)
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            application,
            f"--bind=127.0.0.1:{port}",
            *OPTIONS,
            "--log-level=error",
        ],
        env={**os.environ, "KUPLOY_DATABASE_URL": url, "KUPLOY_LOG_LEVEL": "ERROR"},
    )
    try:
        _wait_for(port, child)
        yield Site(port)
    finally:
        child.terminate()
        child.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int, child: "subprocess.Popen[bytes]") -> None:
    while child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("gunicorn ended by itself; its message is above.")
