"""Where the panel is and which token opens it: the environment, or a file that only you read."""

import os
from dataclasses import dataclass
from pathlib import Path

import click


@dataclass(frozen=True)
class Access:
    url: str
    token: str


def folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "kuploy"


def read() -> Access:
    """A token is never an argument: those stand in the process list and in the history."""
    url = os.environ.get("KUPLOY_URL") or _content(folder() / "url")
    token = os.environ.get("KUPLOY_TOKEN") or _content(_token_file())
    if not url:
        raise click.ClickException("Where is the panel? Set KUPLOY_URL, or run `kuploy login`.")
    if not token:
        raise click.ClickException("There is no token. Set KUPLOY_TOKEN, or run `kuploy login`.")
    return Access(url.rstrip("/"), token)


def _token_file() -> Path:
    return Path(os.environ.get("KUPLOY_TOKEN_FILE") or folder() / "token")


def _content(path: Path) -> str:
    if not path.exists():
        return ""
    if path.name == "token" and path.stat().st_mode & 0o077:
        raise click.ClickException(f"Others can read {path}. Run: chmod 600 {path}")
    return path.read_text().strip()


def keep(access: Access) -> Path:
    """Write both down; nobody else can read the token, not even for a moment."""
    home = folder()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "url").write_text(f"{access.url}\n")
    path = home / "token"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{access.token}\n")
    return path
