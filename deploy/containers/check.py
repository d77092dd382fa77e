"""Looks at a running `docker compose up` with real clients: python -m deploy.containers.check

Run by hand: `make test` needs no Docker. Makes and deletes a mailbox, and restarts the database.
"""

import imaplib
import re
import smtplib
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from secrets import token_hex

import httpx

PATIENCE_SECONDS = 60
RUN = token_hex(4)
BOX = f"check-{RUN}@acme.test"
BOX_PASSWORD = f"{token_hex(8)}-Umbrella"


def compose(*arguments: str) -> str:
    return subprocess.check_output(["docker", "compose", *arguments], text=True)


def endpoint(service: str, port: int) -> tuple[str, int]:
    host, _, published = compose("port", service, str(port)).strip().rpartition(":")
    return host, int(published)


def sign_ins() -> dict[str, str]:
    rows = re.findall(r"(\S+@\S+\.test) +(\S+)$", compose("logs", "migrate"), re.MULTILINE)
    return dict(rows)


def eventually(what: str, holds: Callable[[], object]) -> None:
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < PATIENCE_SECONDS, f"waited in vain: {what}"
        time.sleep(0.5)
    print(f"ok   {what} ({time.monotonic() - start:.1f} s)")


def untrusting() -> ssl.SSLContext:
    """The certificate of the demonstration is signed by nobody."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Panel:
    """A browser without JavaScript."""

    def __init__(self) -> None:
        self.client = httpx.Client(
            base_url=f"http://localhost:{endpoint('web', 8000)[1]}", follow_redirects=True
        )

    def submit(self, page: str, **fields: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.client.get(page).text)
        assert found, page
        reply = self.client.post(page, data={"csrfmiddlewaretoken": found[1], **fields})
        assert reply.status_code == 200, (page, reply.status_code, reply.text)
        return reply.text

    def is_up(self) -> bool:
        return self.client.get("/acme/mailboxes/").status_code == 200


@contextmanager
def imap(address: str, password: str) -> Iterator[imaplib.IMAP4_SSL]:
    with imaplib.IMAP4_SSL(*endpoint("mail", 993), ssl_context=untrusting()) as session:
        session.login(address, password)
        session.select()
        yield session


def can_sign_in(address: str, password: str) -> bool:
    try:
        with imap(address, password):
            return True
    except imaplib.IMAP4.error:
        return False


def has(address: str, password: str, subject: str) -> bool:
    with imap(address, password) as session:
        return session.search(None, "SUBJECT", subject)[1] != [b""]


def mail(sender: str, recipient: str, subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message.set_content("Hello")
    return message


def submit(sender: str, password: str, recipient: str, subject: str) -> None:
    with smtplib.SMTP(*endpoint("mail", 587)) as client:
        client.starttls(context=untrusting())
        client.login(sender, password)
        client.send_message(mail(sender, recipient, subject))


def from_outside(recipient: str, subject: str) -> int:
    """The reply to RCPT; an accepted message is sent."""
    with smtplib.SMTP(*endpoint("mail", 25)) as client:
        try:
            client.send_message(mail("someone@elsewhere.test", recipient, subject))
        except smtplib.SMTPRecipientsRefused as refusal:
            return refusal.recipients[recipient][0]
    return 250


def homes() -> set[str]:
    found = compose("exec", "mail", "find", "/mail", "-mindepth", "2", "-maxdepth", "2")
    return set(found.split())


def check_mail(passwords: dict[str, str]) -> None:
    alice, bob = "alice@acme.test", "bob@acme.test"
    submit(alice, passwords[alice], bob, f"inside-{RUN}")
    eventually("alice writes to bob", lambda: has(bob, passwords[bob], f"inside-{RUN}"))
    assert from_outside(alice, f"outside-{RUN}") == 250
    eventually("mail from outside", lambda: has(alice, passwords[alice], f"outside-{RUN}"))
    assert from_outside("nobody@acme.test", "x") == 550
    assert from_outside("someone@else.test", "x") == 554
    print("ok   unknown recipients and relaying are refused")
    submit(alice, passwords[alice], f"{RUN}@far.test", "away")
    eventually("mail leaves", lambda: f"{RUN}@far" in compose("exec", "outbox", "ls", "/outbox"))
    assert "DKIM-Signature: " in compose("exec", "outbox", "sh", "-c", f"cat /outbox/*{RUN}@far*")
    print("ok   and carries the signature of its domain")


def check_warning(passwords: dict[str, str]) -> None:
    """A size that shrinks below what is there, whoever shrinks it: the user is told."""
    bob = "bob@acme.test"
    resize(bob, 100)
    eventually("the full mailbox gets its warning", lambda: has(bob, passwords[bob], "full"))
    resize(bob, 2**30)


def resize(address: str, size: int) -> None:
    change = f"UPDATE mailboxes_mailbox SET quota_bytes = {size} WHERE address = '{address}'"
    compose("exec", "-T", "db", "psql", "-q", "-U", "kuploy", "kuploy", "-c", change)


def check_removal(panel: Panel) -> None:
    before = homes()
    local, _, domain = BOX.partition("@")
    size = re.search(r'<option value="(\d+)"', panel.client.get("/acme/mailboxes/add/").text)
    assert size
    fields = {"local_part": local, "domain": domain, "display_name": "Check"}
    panel.submit("/acme/mailboxes/add/", password=BOX_PASSWORD, quota_bytes=size[1], **fields)
    assert can_sign_in(BOX, BOX_PASSWORD)
    print("ok   a new mailbox signs in at once")
    assert from_outside(BOX, "to be deleted") == 250
    eventually("its mail is on disk", lambda: homes() > before)
    listed = panel.client.get("/acme/mailboxes/", params={"q": local}).text
    page = re.search(r"/acme/mailboxes/[0-9a-f-]{36}/", listed)
    assert page
    panel.submit(f"{page[0]}delete/", name=BOX)
    assert not can_sign_in(BOX, BOX_PASSWORD)
    eventually("its mail leaves the disk", lambda: homes() == before)


def check_restart(panel: Panel, passwords: dict[str, str]) -> None:
    compose("restart", "db")
    alice = "alice@acme.test"
    eventually("the panel is back", panel.is_up)
    eventually("sign-in is back", lambda: can_sign_in(alice, passwords[alice]))
    eventually("mail is taken again", lambda: from_outside(alice, f"later-{RUN}") == 250)
    eventually("and arrives", lambda: has(alice, passwords[alice], f"later-{RUN}"))


if __name__ == "__main__":
    passwords = sign_ins()
    panel = Panel()
    customer = "customer@example.test"
    assert "Acme" in panel.submit("/auth/login/", login=customer, password=passwords[customer])
    print("ok   the customer signs in")
    check_mail(passwords)
    check_warning(passwords)
    check_removal(panel)
    check_restart(panel, passwords)
