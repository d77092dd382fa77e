"""Wakes the mail servers of this host after PostgreSQL has been away.

Postfix leaves a database alone for 60 seconds after a lost connection and answers 451 for as
long; Dovecot refuses one sign-in for every dead connection that it still holds. This process
keeps one idle connection. When that is lost and PostgreSQL answers again, it reloads both
servers, which ends no session of a customer.

python -m deploy.wake POSTFIX_FOLDER DOVECOT_FILE, as root
"""

import logging
import re
import subprocess
import sys
import time
from pathlib import Path

import psycopg

RETRY_SECONDS = 0.2
logger = logging.getLogger("deploy.wake")


def database_url(postfix: Path) -> str:
    """The address which Postfix itself uses, so that nobody has to write it down twice."""
    found = re.search(
        r"^hosts = (\S+)", (postfix / "maps" / "mailbox.cf").read_text(), re.MULTILINE
    )
    if found is None:
        raise SystemExit(f"{postfix}/maps/mailbox.cf names no database host.")
    return found[1]


def connect(url: str) -> psycopg.Connection:
    while True:
        try:
            return psycopg.connect(url, connect_timeout=5, autocommit=True)
        except psycopg.OperationalError:
            time.sleep(RETRY_SECONDS)


def wait_for_loss(connection: psycopg.Connection) -> None:
    """Returns when the server ends the connection: no notice is ever sent on it."""
    try:
        for _ in connection.notifies():
            pass
    except psycopg.OperationalError as error:
        logger.info("PostgreSQL is away: %s", error)
        connection.close()


def main(postfix: str, dovecot: str) -> None:
    url = database_url(Path(postfix))
    connection = connect(url)
    while True:
        wait_for_loss(connection)
        connection = connect(url)
        logger.info("PostgreSQL is back: reloading Postfix and Dovecot")
        for command in (["postfix", "-c", postfix, "reload"], ["doveadm", "-c", dovecot, "reload"]):
            subprocess.run(command, check=False)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main(*sys.argv[1:])
