"""What the machine must have: Debian, root, packages, users, folders that others can enter."""

import os
import platform
import pwd
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.errors import CannotRun

SERVER_PACKAGES = (
    "ca-certificates",
    "dovecot-core",
    "dovecot-imapd",
    "dovecot-lmtpd",
    "dovecot-pgsql",
    "dovecot-sieve",
    "openssl",
    "postfix",
    "postfix-pgsql",
    "postgresql",
    "python3-venv",
    "redis-server",
    "rspamd",
)
TEST_PACKAGES = ("chromium",)
SERVICES = ("dovecot", "postfix", "postgresql", "redis-server", "rspamd")
POLICY = Path("/usr/sbin/policy-rc.d")
# Longest socket below the run folder: dovecot/run/auth-token-secret.dat and its like.
LONGEST_FOLDER = 70
# It stands unquoted in configuration files.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
OS_RELEASE = Path("/etc/os-release")


def check() -> None:
    """Refuse a machine that cannot be set up."""
    release = _release()
    if release.get("ID") != "debian" or release.get("VERSION_ID") not in ("12", "13"):
        raise CannotRun(
            "This sets up Debian 12 and 13 only, and here is"
            f" {release.get('PRETTY_NAME', platform.system())}: use 'docker compose up'."
        )
    if os.geteuid() != 0:
        raise CannotRun(
            "This installs and starts mail servers, for which it must be root:"
            " run it as root, or use 'docker compose up'."
        )


def _release() -> dict[str, str]:
    if not OS_RELEASE.exists():
        return {}
    pairs = (line.split("=", 1) for line in OS_RELEASE.read_text().splitlines() if "=" in line)
    return {name: value.strip('"') for name, value in pairs}


def check_reachable(checkout: Path, folder: Path) -> None:
    """The servers run as other users: those must get to the code and to the run folder."""
    if closed := _closed(checkout / "manage.py"):
        raise CannotRun(
            f"The servers run as other users and cannot get into {closed}:"
            f" move the checkout, for example to /srv, or run 'chmod o+x {closed}'."
        )
    if not (checkout / "manage.py").stat().st_mode & stat.S_IROTH:
        raise CannotRun(
            "The servers run as other users and cannot read the checkout:"
            f" run 'chmod -R o+rX {checkout}'."
        )
    if closed := _closed(folder):
        raise CannotRun(
            f"The servers run as other users and cannot get into {closed}:"
            " set KUPLOY_RUN to another folder."
        )
    if not PLAIN_PATH.fullmatch(str(folder)) or len(str(folder)) > LONGEST_FOLDER:
        raise CannotRun(
            f"The path {folder} is too long for sockets or has special characters:"
            " set KUPLOY_RUN to a shorter one of letters, digits, dots and hyphens."
        )


def _closed(path: Path) -> Path | None:
    """The first folder on the way which other users may not enter."""
    parents = (parent for parent in reversed(path.parents) if parent.exists())
    return next((parent for parent in parents if not parent.stat().st_mode & stat.S_IXOTH), None)


def install(packages: tuple[str, ...]) -> None:
    """Install what is missing. Nothing is started, now or at the next boot."""
    missing = [package for package in packages if not _installed(package)]
    if not missing:
        return
    print(f"Installing {' '.join(missing)} ...", flush=True)
    if "postfix" in missing:
        # Leaves /etc/postfix without a main.cf: ours lives in the run folder.
        _apt(["debconf-set-selections"], "postfix postfix/main_mailer_type select No configuration")
    with _nothing_starts():
        _apt(["apt-get", "-q", "update"])
        _apt(["apt-get", "-q", "-y", "--no-install-recommends", "install", *missing])
    if Path("/run/systemd/system").is_dir():
        fresh = [name for name in SERVICES if any(name in package for package in missing)]
        for name in fresh:
            subprocess.run(["systemctl", "--quiet", "disable", name], check=False)


def _installed(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True).stdout == "installed"


def _apt(command: list[str], given: str = "") -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        input=given,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        reasons = [line for line in done.stdout.splitlines() if line.startswith(("E:", "Err:"))]
        reason = (reasons or done.stdout.strip().splitlines() or ["no reason given"])[-1]
        raise CannotRun(f"'{' '.join(command[:4])}' failed ({reason}): mend that and start again.")


@contextmanager
def _nothing_starts() -> Iterator[None]:
    """Debian asks policy-rc.d before it starts a service."""
    saved = POLICY.with_name("policy-rc.d.kuploy-saved")
    if POLICY.exists():
        POLICY.rename(saved)
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
        if saved.exists():
            saved.rename(POLICY)


def ensure_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        nologin = "/usr/sbin/nologin"
        subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home",
             "--home-dir", "/nonexistent", "--shell", nologin, name],
            check=True,
        )  # fmt: skip


def own_folder(path: Path, user: str, mode: int = 0o755) -> None:
    path.mkdir(parents=True, exist_ok=True)
    shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
    path.chmod(mode)
