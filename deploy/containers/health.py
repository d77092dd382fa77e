"""Health checks: python -m deploy.containers.health web | worker NAME | dns | outbox | mail NAME

Each asks for real work. An error, a refusal or silence is what `docker inspect` then shows.
"""

import socket
import sys
import urllib.request

import dns.message
import dns.query

from deploy.local.ports import greets, is_listening
from kuploy import env

PATIENCE_SECONDS = 5
MAIL_PORTS = {"IMAP": 143, "SMTP": 25, "submission": 587}
# Without these Postfix greets, and then puts everybody off.
FILTER_PORTS = {"the filter": 11332, "the signer": 11333, "the server of keys": 11334}


def web() -> None:
    urllib.request.urlopen("http://127.0.0.1:8000/healthz", timeout=PATIENCE_SECONDS).close()


def worker(name: str) -> None:
    """Asked through the broker, so that a worker which lost its connection counts as ill."""
    from celery import Celery  # takes too long to load for checks that do not need it

    node = f"{name}@{socket.gethostname()}"
    app = Celery(broker=env.text("KUPLOY_REDIS_URL"))
    if not app.control.ping([node], timeout=PATIENCE_SECONDS):
        sys.exit(f"{node} does not answer.")


def dns_server() -> None:
    query = dns.message.make_query("kuploy.test", "SOA")
    if not dns.query.udp(query, "127.0.0.1", timeout=PATIENCE_SECONDS).answer:
        sys.exit("The zone kuploy.test is not served.")


def outbox() -> None:
    if not greets(10027):
        sys.exit("The outbox does not greet.")


def mail(name: str) -> None:
    silent = [service for service, port in MAIL_PORTS.items() if not greets(port)]
    if silent:
        sys.exit(f"No greeting from {', '.join(silent)}.")
    closed = [service for service, port in FILTER_PORTS.items() if not is_listening(port)]
    if closed:
        sys.exit(f"Nobody listens for {', '.join(closed)}.")
    worker(name)
    worker(f"move-{name}")


CHECKS = {"web": web, "worker": worker, "dns": dns_server, "outbox": outbox, "mail": mail}

if __name__ == "__main__":
    CHECKS[sys.argv[1]](*sys.argv[2:])
