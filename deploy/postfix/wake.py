"""Wakes Postfix after PostgreSQL has been away.

Postfix leaves a database alone for 60 seconds after a lost connection (before 3.9 nothing can be set about that), and
answers 451 for as long. This keeps one idle connection of its own; once it is lost and PostgreSQL answers again, it
reloads Postfix. `python -m deploy.postfix.wake CONFIGURATION_FOLDER`, as root.
"""

import logging
import re
import subprocess
import sys
import time
from pathlib import Path

import psycopg

RETRY_SECONDS = 0.5
logger = logging.getLogger("deploy.postfix.wake")


def database_url(folder: Path) -> str:
    """The address which Postfix itself uses, without asking for it in another place."""
    found = re.search(r"^hosts = (\S+)", (folder / "maps" / "mailbox.cf").read_text(), re.MULTILINE)
    assert found, "maps/mailbox.cf names no host"
    return found[1]


def connect(url: str) -> psycopg.Connection:
    while True:
        try:
            return psycopg.connect(url, connect_timeout=5, autocommit=True)
        except psycopg.OperationalError:
            time.sleep(RETRY_SECONDS)


def wait_for_loss(connection: psycopg.Connection) -> None:
    """Returns when the server ends the connection: nobody notifies, so nothing else ever comes."""
    try:
        for _ in connection.notifies():
            pass
    except psycopg.OperationalError:
        connection.close()


def main(folder: Path) -> None:
    url = database_url(folder)
    connection = connect(url)
    while True:
        wait_for_loss(connection)
        connection = connect(url)
        logger.info("PostgreSQL is back: reloading Postfix")
        subprocess.run(["postfix", "-c", folder, "reload"], check=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main(Path(sys.argv[1]))
