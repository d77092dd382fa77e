"""From the end of an SMTP delivery that fills a mailbox to whoever is told."""

import json
import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles

from accounts.models import Account, Plan
from benchmarks.report import Figure
from deploy.local import machine
from deploy.local.servers import panel
from deploy.local.stack import PANEL_USER, Stack
from domains.models import Domain
from mailboxes.models import Mailbox
from mailboxes.passwords import unusable
from notifications.models import Channel
from notifications.secrets import encrypted, new_secret

CROSSINGS = 200
# A few a second: how fast one is told is asked, not how many a machine can take.
PACE_SECONDS = 0.2
PATIENCE_SECONDS = 60
SIZE = 100 * 2**10
DOMAIN = "crossings.example"

Moments = dict[str, float]


def measure(stack: Stack) -> Iterator[Figure]:
    """In the database that the mail servers read; its rows stay there."""
    with _receiver() as (port, heard), _workers(stack):
        boxes = _mailboxes(port)
        # Everything has started once the first is told.
        _send(stack, boxes[0])
        _wait(lambda: _all(heard, boxes[:1]), "the first crossing")
        sent = _cross(stack, boxes[1:])
        _wait(lambda: _all(heard, boxes), "the webhooks")
        _wait(lambda: _all(_warned(stack, boxes), boxes), "the mails to users")
        warned = _warned(stack, boxes)
    for name, moments in (("webhook", heard), ("mail to the user", warned)):
        yield from _figures(name, [moments[at] - sent[at] for at in sent])


def _figures(name: str, seconds: list[float]) -> Iterator[Figure]:
    """Against the time that is wanted at the most."""
    yield Figure(f"crossing told by {name}: median", "", median(seconds), 3, "s")
    yield Figure(f"crossing told by {name}: p95", "", quantiles(seconds, n=20)[-1], 3, "s")


@contextmanager
def _workers(stack: Stack) -> Iterator[None]:
    machine.own_folder(stack.folder / "beat", PANEL_USER)
    chain = [make(stack) for make in (panel.beat, panel.worker, panel.sender, panel.mail_worker)]
    try:
        for server in chain:
            server.start()
        yield
    finally:
        for server in chain:
            server.stop()


@contextmanager
def _receiver() -> Iterator[tuple[int, Moments]]:
    """A customer's server: when it heard of which mailbox."""
    heard: Moments = {}

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.setdefault(told["payload"]["email_address"], time.time())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever).start()
    try:
        yield server.server_port, heard
    finally:
        server.shutdown()


def _mailboxes(port: int) -> list[Mailbox]:
    plan = Plan.objects.create(name="Crossings")
    account = Account.objects.create(name="Crossings", slug="crossings", plan=plan)
    domain = Domain.objects.create(account=account, name=DOMAIN)
    Domain.objects.filter(pk=domain.pk).update(
        status="active", proved_at=domain.created_at, mx_here=True
    )
    Channel.objects.create(
        account=account, transport="webhook", address=f"http://127.0.0.1:{port}/",
        secret_encrypted=encrypted(new_secret()),
    )  # fmt: skip
    return Mailbox.objects.bulk_create(
        Mailbox(
            account=account, domain=domain, local_part=f"box{number}",
            address=f"box{number}@{DOMAIN}", password_hash=unusable(), quota_bytes=SIZE,
            quota_messages=1000,
        )
        for number in range(CROSSINGS + 1)
    )  # fmt: skip


def _cross(stack: Stack, boxes: list[Mailbox]) -> Moments:
    """The moment in which Postfix took each mail."""
    sent: Moments = {}
    for box in boxes:
        sent[box.address] = _send(stack, box)
        time.sleep(PACE_SECONDS)
    return sent


def _send(stack: Stack, box: Mailbox) -> float:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "someone@elsewhere.test", box.address, "Much"
    line = "much mail\n"  # eleven bytes where the mail lies
    mail.set_content(line * (SIZE * 85 // 1100))
    with smtplib.SMTP("127.0.0.1", stack.ports["smtp"]) as client:
        client.send_message(mail)
        return time.time()


def _warned(stack: Stack, boxes: list[Mailbox]) -> Moments:
    """The first mail fills it; the second one is the warning."""
    return {
        box.address: _second(Path(stack.folder, "mail", box.home, "Maildir", "new"))
        for box in boxes
    }


def _second(folder: Path) -> float:
    moments = sorted(path.stat().st_mtime for path in folder.glob("*"))
    return moments[1] if len(moments) > 1 else 0


def _all(moments: Moments, boxes: list[Mailbox]) -> bool:
    return all(moments.get(box.address) for box in boxes)


def _wait(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.2)
