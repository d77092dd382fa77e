"""Ordinary mail clients against the real servers of the stack that KUPLOY_STACK names."""

import imaplib
import os
import smtplib
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import make_msgid
from pathlib import Path
from typing import TypeVar

from deploy.local.stack import CHECKOUT, Stack
from deploy.local.venv import SYSTEM_PYTHON
from tests.conftest import PASSWORD

STACK = Stack.load(Path(os.environ["KUPLOY_STACK"]))
HOST = "127.0.0.1"
OUTSIDER = "someone@elsewhere.test"
PATIENCE_SECONDS = 15
T = TypeVar("T")
# A test that waits longer than this for a server has found a bug.
TIMEOUT_SECONDS = 30


def trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=STACK.folder / "tls" / "cert.pem")


def wait_for(condition: Callable[[], T], what: str, patience: float = PATIENCE_SECONDS) -> T:
    """The first true value of the condition; fails with what was waited for."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def control(action: str, server: str) -> None:
    """Start, stop or restart one server: postgres, redis, dns, outbox, dovecot, postfix, waker."""
    command = [SYSTEM_PYTHON, "-m", "deploy.local", "ctl", str(STACK.folder), action, server]
    subprocess.run(command, cwd=CHECKOUT, check=True)


def flush_queue() -> None:
    """Postfix tries again now what it put off."""
    conf = STACK.folder / "postfix" / "conf"
    subprocess.run(["postfix", "-c", conf, "flush"], check=True, capture_output=True)


@contextmanager
def imap(address: str, password: str = PASSWORD) -> Iterator[imaplib.IMAP4_SSL]:
    """A signed-in session over IMAPS."""
    session = imaplib.IMAP4_SSL(
        HOST, STACK.ports["imaps"], ssl_context=trust(), timeout=TIMEOUT_SECONDS
    )
    try:
        session.login(address, password)
        yield session
        session.logout()
    finally:
        # logout() closes the socket only when the server is still there.
        session.sock.close()
        session.file.close()


def can_sign_in(address: str, password: str = PASSWORD) -> bool:
    try:
        with imap(address, password):
            return True
    except imaplib.IMAP4.error:
        return False


def subjects(address: str, folder: str = "INBOX") -> list[str]:
    """What lies in a folder, oldest first."""
    with imap(address) as session:
        session.select(folder, readonly=True)
        _, parts = session.uid("FETCH", "1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    headers = [part[1] for part in parts if isinstance(part, tuple)]
    return [message_from_bytes(header)["Subject"] for header in headers]


def message(sender: str, recipient: str, subject: str = "Hello", size: int = 0) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender or "nobody@elsewhere.test", recipient
    mail["Subject"] = subject
    mail["Message-ID"] = make_msgid(domain="elsewhere.test")
    mail.set_content("x" * 70 + "\n" + ("y" * 70 + "\n") * (size // 71))
    return mail


def say_rcpt(recipient: str, sender: str = OUTSIDER) -> int:
    """What the mail exchanger answers to a stranger's RCPT."""
    with smtplib.SMTP(HOST, STACK.ports["smtp"], timeout=TIMEOUT_SECONDS) as client:
        client.ehlo("client.test")
        client.mail(sender)
        # An smtpd keeps its last answer about where mail goes for 30 seconds: let it be this one.
        client.rcpt("someone@far-away.test")
        return client.rcpt(recipient)[0]


def send(recipient: str, subject: str = "Hello", *, sender: str = OUTSIDER, size: int = 0) -> int:
    """Mail from outside; 250, or the code of the refusal."""
    with smtplib.SMTP(HOST, STACK.ports["smtp"], timeout=TIMEOUT_SECONDS) as client:
        return _hand_over(client, sender, recipient, message(sender, recipient, subject, size))


def submit(login: str, recipient: str, subject: str = "Hello", *, sender: str | None = None) -> int:
    """Mail from a mail program that signs in; 250, or the code of the refusal."""
    sender = login if sender is None else sender
    with smtplib.SMTP(HOST, STACK.ports["submission"], timeout=TIMEOUT_SECONDS) as client:
        client.starttls(context=trust())
        client.login(login, PASSWORD)
        return _hand_over(client, sender, recipient, message(sender, recipient, subject))


def _hand_over(client: smtplib.SMTP, sender: str, recipient: str, mail: EmailMessage) -> int:
    try:
        client.sendmail(sender, [recipient], mail.as_bytes())
    except smtplib.SMTPRecipientsRefused as refusal:
        return refusal.recipients[recipient][0]
    except smtplib.SMTPResponseException as refusal:
        return refusal.smtp_code
    return 250


def sent_to(recipient: str) -> list[Message]:
    """What left for an address elsewhere, oldest first."""
    files = sorted(STACK.outbox.glob(f"*-{recipient}.eml"))
    return [message_from_bytes(path.read_bytes()) for path in files]
