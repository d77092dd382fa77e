"""One stack: its folder, ports and secrets, and what follows from them."""

import base64
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.local import ports
from deploy.local.errors import CannotRun
from deploy.templates import replace_file

CHECKOUT = Path(__file__).resolve().parents[2]
PANEL_USER = "kuploy"
MAIL_USER = "vmail"
MAIL_HOST = "mail1"
# The demonstration makes this mailbox; see mailboxes/management/commands/seed_demo.py.
REPORTS_ADDRESS = "dmarc@reports.kuploy.test"
SECRETS = (
    "secret_key",
    "database",
    "dovecot_database",
    "postfix_database",
    "redis",
    "doveadm",
    "keys",
    "reports",
    "dns_update",
)
# What a person may set for `make run`; everything else follows from the stack.
PREFERENCES = ("DEBUG", "SIGNUP", "BRAND", "FROM_EMAIL", "SUPPORT_EMAIL", "LOG_LEVEL")


@dataclass(frozen=True)
class Stack:
    folder: Path
    # run: the demonstration; test: Django's test database, not synced to disk; bench: synced
    kind: str
    ports: dict[str, int]
    secrets: dict[str, str]

    @classmethod
    def load(cls, folder: Path) -> "Stack":
        """The stack that lives in a folder."""
        try:
            state = json.loads((folder / "stack.json").read_text())
        except FileNotFoundError:
            raise CannotRun(f"There is no stack in {folder}: start one first.") from None
        return cls(folder, state["kind"], state["ports"], state["secrets"])

    @classmethod
    def open(cls, folder: Path, kind: str, chosen: dict[str, int]) -> "Stack":
        """The stack of a folder with these ports; its secrets are made once."""
        try:
            kept = cls.load(folder).secrets
        except CannotRun:
            kept = {}
        stack = cls(folder, kind, chosen, new_secrets() | kept)
        stack.save()
        return stack

    def save(self) -> None:
        state = asdict(self) | {"folder": str(self.folder)}
        replace_file(self.folder / "stack.json", json.dumps(state, indent=2), mode=0o600)
        for name in ("log", "pids"):
            (self.folder / name).mkdir(exist_ok=True)

    @property
    def database(self) -> str:
        """The database which the mail servers read."""
        return "test_kuploy" if self.kind == "test" else "kuploy"

    @property
    def python(self) -> str:
        return str(CHECKOUT / ".venv" / "bin" / "python")

    @property
    def zone_file(self) -> Path:
        return self.folder / "demo.zone"

    @property
    def updated_zone(self) -> Path:
        """The file of the zone that takes changes over the network."""
        return self.folder / "dns" / "keys.zone"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def database_url(self) -> str:
        return self._database_url(self.database)

    def _database_url(self, name: str) -> str:
        password, socket = self.secrets["database"], self.folder / "postgres"
        return f"postgresql://kuploy:{password}@/{name}?host={socket}&port=5432"

    def address(self, name: str) -> str:
        return f"127.0.0.1:{self.ports[name]}"

    def environment(self) -> dict[str, str]:
        """What the panel's processes read: see kuploy/settings.py."""
        wanted = {
            "DATABASE_URL": self._database_url("kuploy"),
            "REDIS_URL": f"redis://:{self.secrets['redis']}@{self.address('redis')}/0",
            "SECRET_KEY": self.secrets["secret_key"],
            "ENCRYPTION_KEYS": self.secrets["encryption"],
            "BASE_URL": f"http://localhost:{self.ports['web']}",
            "ALLOWED_HOSTS": "127.0.0.1",
            "STATIC_ROOT": str(self.folder / "static"),
            "FROM_EMAIL": "Kuploy <noreply@kuploy.test>",
            "SMTP_URL": f"smtp://{self.address('internal')}",
            "MX_HOSTS": "mx1.kuploy.test,mx2.kuploy.test",
            "SPF_HOST": "spf.kuploy.test",
            "SENDING_NETWORKS": "192.0.2.10,2001:db8::10",
            "PROOF_IP": "192.0.2.10",
            "REPORTS_ADDRESS": REPORTS_ADDRESS,
            "REPORTS_IMAP_URL": f"imap://{quote(REPORTS_ADDRESS, safe='')}"
            f":{self.secrets['reports']}@{self.address('imap')}",
            "IMAP_HOST": "localhost",
            "IMAP_PORT": str(self.ports["imaps"]),
            "SMTP_HOST": "localhost",
            "SUBMISSION_PORT": str(self.ports["submission"]),
            "RESOLVERS": self.address("dns"),
            "NAMESERVER_PORT": str(self.ports["dns"]),
            "PRIVATE_NAMESERVERS": "1",
            "INSECURE_RECEIVERS": "1",
            "MAIL_HOST": MAIL_HOST,
            "DNS_UPDATE_SERVER": self.address("dns"),
        }
        wanted |= self.key_zone()
        preferred = {name: os.environ.get(f"KUPLOY_{name}") for name in PREFERENCES}
        wanted |= {name: value for name, value in preferred.items() if value is not None}
        return {f"KUPLOY_{name}": value for name, value in wanted.items()}

    def key_zone(self) -> dict[str, str]:
        """Our own zone of signing keys, and who may change it."""
        return {
            "DKIM_ZONE": "keys.kuploy.test",
            "DNS_UPDATE_KEY_NAME": "kuploy",
            "DNS_UPDATE_SECRET": self.secrets["dns_update"],
        }

    def mail_host_environment(self) -> dict[str, str]:
        """The same for the worker on the mail host, which alone may reach into mailboxes."""
        return self.environment() | {
            "KUPLOY_MAIL_ROOT": str(self.folder / "mail"),
            "KUPLOY_DOVEADM_URL": f"http://{self.address('doveadm')}/doveadm/v1",
            "KUPLOY_DOVEADM_KEY": self.secrets["doveadm"],
            "KUPLOY_LMTP_URL": f"lmtp://{self.address('lmtp')}",
            "KUPLOY_KEYS_TOKEN": self.secrets["keys"],
        }

    def test_environment(self) -> dict[str, str]:
        """The same for tests, with the way to the stack itself."""
        return self.mail_host_environment() | {"KUPLOY_STACK": str(self.folder)}

    def endpoints(self) -> dict[str, str]:
        names = ("imap", "imaps", "smtp", "submission", "dns")
        web = {"web": f"http://localhost:{self.ports['web']}"}
        return web | {name: self.address(name) for name in names}


def new_secrets() -> dict[str, str]:
    # Letters and digits only: they stand unquoted in addresses and configuration files.
    made = {name: secrets.token_hex(24) for name in SECRETS}
    return made | {"encryption": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}


def run_folder() -> Path:
    return Path(os.environ.get("KUPLOY_RUN", CHECKOUT / ".run")).absolute()


def clear(folder: Path) -> None:
    """Remove what an earlier stack left; refuses a folder that never held one."""
    if not folder.exists():
        return
    if any(folder.iterdir()) and not (folder / "stack.json").exists():
        raise CannotRun(
            f"{folder} holds something else than a stack: set KUPLOY_RUN to another folder."
        )
    shutil.rmtree(folder)


def free_stack(folder: Path, kind: str) -> Stack:
    clear(folder)
    return Stack.open(folder, kind, ports.free())
