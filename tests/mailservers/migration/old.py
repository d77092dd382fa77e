"""A real Dovecot in the place of the server that customers come from."""

import imaplib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from tempfile import mkdtemp

from deploy.local import machine, ports
from deploy.local.ports import greets
from deploy.local.processes import Server
from deploy.local.servers import dovecot
from deploy.local.stack import MAIL_USER
from deploy.templates import render_file
from tests.mailservers.clients import HOST, STACK, TIMEOUT_SECONDS

HERE = Path(__file__).parent
PASSWORD = "old-secret"
MASTER, MASTER_PASSWORD = "master", "master-secret"
DATED = '"17-Jul-2019 02:44:25 +0000"'


@dataclass(frozen=True)
class Old:
    """Where it listens; any user's password is PASSWORD."""

    imap_port: int
    imaps_port: int
    prefix: str
    process: Server

    @contextmanager
    def session(self, user: str) -> Iterator[imaplib.IMAP4]:
        session = imaplib.IMAP4(HOST, self.imap_port, timeout=TIMEOUT_SECONDS)
        try:
            session.login(user, PASSWORD)
            yield session
            session.logout()
        finally:
            session.sock.close()
            session.file.close()

    def put(
        self, user: str, *subjects: str, folder: str = "INBOX", flags: str = "", size: int = 0
    ) -> None:
        """Mail that the user got years ago."""
        name = folder if folder == "INBOX" else f'"{self.prefix}{folder}"'
        with self.session(user) as session:
            session.create(name)
            session.subscribe(name)
            for subject in subjects:
                mail = letter(subject, size)
                assert session.append(name, flags, DATED, mail)[0] == "OK"

    def count(self, user: str, folder: str = "INBOX") -> int:
        with self.session(user) as session:
            return int(session.select(folder, readonly=True)[1][0])


def letter(subject: str, size: int = 0) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@old.test", "b@old.test", subject
    mail.set_content("x" * 70 + "\n" + ("y" * 70 + "\n") * (size // 71))
    return mail.as_bytes()


@contextmanager
def old_server(*, prefix: str = "", separator: str = "/") -> Iterator[Old]:
    """Started for the block, on free ports, with nothing in it."""
    folder = Path(mkdtemp(prefix="old-", dir="/tmp"))
    folder.chmod(0o755)
    for name in ("run", "state", "pids", "log"):
        (folder / name).mkdir()
    machine.own_folder(folder / "mail", MAIL_USER, 0o750)
    free = ports.free()
    values = {
        "FOLDER": str(folder), "CERT": str(STACK.folder / "tls" / "cert.pem"),
        "KEY": str(STACK.folder / "tls" / "key.pem"), "PREFIX": prefix, "SEPARATOR": separator,
        "IMAP_PORT": str(free["imap"]), "IMAPS_PORT": str(free["imaps"]),
    }  # fmt: skip
    conf = folder / "dovecot.conf"
    render_file(HERE / f"old-{dovecot.language()}.conf", conf, values)
    process = Server(
        "old", ["/usr/sbin/dovecot", "-F", "-c", str(conf)], "root", folder, folder,
        ready=lambda: greets(free["imap"]),
    )  # fmt: skip
    process.start()
    try:
        yield Old(free["imap"], free["imaps"], prefix, process)
    finally:
        process.stop()
        shutil.rmtree(folder)
