"""What Dovecot and Postfix share: the values of their templates, a certificate, the waker."""

import subprocess
from pathlib import Path

from deploy.local.processes import Server
from deploy.local.stack import CHECKOUT, Stack

NAMES = "DNS:localhost,DNS:mail1.kuploy.test,DNS:mx1.kuploy.test,DNS:mx2.kuploy.test,IP:127.0.0.1"


def certificate(stack: Stack) -> tuple[Path, Path]:
    """A self-signed certificate for ten years, made at the first start."""
    key, certificate = stack.folder / "tls" / "key.pem", stack.folder / "tls" / "cert.pem"
    if not certificate.exists():
        key.parent.mkdir(exist_ok=True)
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"]
        command += ["-subj", "/CN=localhost", "-addext", f"subjectAltName={NAMES}"]
        command += ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True)
        key.chmod(0o600)
    return key, certificate


def values(stack: Stack) -> dict[str, str]:
    """Every @NAME@ in deploy/dovecot, deploy/postfix and deploy/rspamd."""
    key, cert = certificate(stack)
    socket, port = stack.folder / "postgres", "5432"
    # In a file: Postfix logs the address, with all that is in it, when a look-up fails.
    passfile = stack.folder / "postfix" / "pgpass"
    postfix_url = f"postgresql://kuploy_postfix@/{stack.database}?host={socket}&port={port}&passfile={passfile}"
    ports = {f"{name.upper()}_PORT": str(number) for name, number in stack.ports.items()}
    return ports | {
        "DB_HOST": str(socket),
        "DB_PORT": port,
        "DB_NAME": stack.database,
        "DOVECOT_DB_PASSWORD": stack.secrets["dovecot_database"],
        "POSTFIX_DB_URLS": postfix_url,
        "TLS_CERT": str(cert),
        "TLS_KEY": str(key),
        "MAIL_HOSTNAME": "mail1.kuploy.test",
        "MAIL_ROOT": str(stack.folder / "mail"),
        "INTERNAL_HOST": "127.0.0.1",
        "INTERNAL_NETWORKS": "127.0.0.0/8",
        "DOVECOT_CONF": str(stack.folder / "dovecot" / "conf"),
        "DOVECOT_RUN": str(stack.folder / "dovecot" / "run"),
        "DOVECOT_STATE": str(stack.folder / "dovecot" / "state"),
        "DOVECOT_LOG": "/dev/stderr",
        "DOVECOT_LISTEN": "127.0.0.1",
        "DOVEADM_KEY": stack.secrets["doveadm"],
        # All clients come from 127.0.0.1: one wrong password must not slow down everybody.
        "AUTH_PENALTY_MODE": "0",
        "AUTH_FAILURE_DELAY": "2s" if stack.kind == "run" else "0",
        "RSPAMD_CONF": str(stack.folder / "rspamd" / "conf"),
        "RSPAMD_DATA": str(stack.folder / "rspamd" / "data"),
        "KEYS_TOKEN": stack.secrets["keys"],
        "DNS_ADDRESS": f"127.0.0.1:{stack.ports['dns']}:1",
        "SENDING_RECIPIENTS": "150",
        "POSTFIX_CONF": str(stack.folder / "postfix" / "conf"),
        "POSTFIX_SPOOL": str(stack.folder / "postfix" / "spool"),
        "POSTFIX_DATA": str(stack.folder / "postfix" / "data"),
        "POSTFIX_LOG": "/dev/stdout",
        "POSTFIX_LOG_PREFIX": str(stack.folder),
        "POSTFIX_INTERFACES": "127.0.0.1",
        "POSTFIX_PROTOCOLS": "ipv4",
        "RELAYHOST": f"[127.0.0.1]:{stack.ports['outbox']}",
    }


def waker(stack: Stack) -> Server:
    """Brings both back to work after a restart of PostgreSQL: see deploy/wake.py."""
    postfix = stack.folder / "postfix" / "conf"
    dovecot = stack.folder / "dovecot" / "conf" / "dovecot.conf"
    command = [stack.python, "-m", "deploy.wake", str(postfix), str(dovecot)]
    return Server("waker", command, "root", stack.folder, CHECKOUT)
