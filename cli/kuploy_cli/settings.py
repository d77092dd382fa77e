"""Where the panel is, and the token: from the environment, else from a file. Never from argv."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from kuploy_cli.failures import Exit, Failure

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
KNOWN = {"url", "token", "token_file", "client"}


@dataclass(frozen=True, slots=True)
class Settings:
    url: str
    token: str = field(repr=False)
    client: str = ""


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """What the environment says counts before what the file says."""
    path = _path(environ)
    kept = _kept(path)
    url = environ.get("KUPLOY_URL") or kept.get("url", "")
    if not url:
        raise _unset("Where is the panel? Set KUPLOY_URL, or type: kuploy login")
    token = _token(environ, kept)
    if not token:
        raise _unset("There is no token. Set KUPLOY_TOKEN_FILE, or type: kuploy login")
    return checked(url, token, environ.get("KUPLOY_CLIENT") or kept.get("client", ""))


def checked(url: str, token: str, client: str = "") -> Settings:
    if not (token.isascii() and token.isprintable()):
        raise _unset("The token has characters that no token has.")
    return Settings(_safe(url.rstrip("/")), token, client)


def keep(url: str, token: str) -> Path:
    """Write both down. Nobody else can read the file, not even for a moment."""
    path = _path(os.environ)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        for name, value in (_kept(path) | {"url": url, "token": token}).items():
            # What JSON makes of a text, TOML reads too.
            file.write(f"{name} = {json.dumps(value)}\n")
    new.replace(path)
    return path


def _path(environ: Mapping[str, str]) -> Path:
    if chosen := environ.get("KUPLOY_CONFIG"):
        return Path(chosen)
    home = environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "kuploy" / "config.toml"


def _kept(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            kept = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unset(f"{path} cannot be read: {error}") from None
    if strange := sorted(kept.keys() - KNOWN):
        raise _unset(f"{path} knows {', '.join(sorted(KNOWN))}, not {', '.join(strange)}.")
    if "token" in kept and mode & 0o077:
        raise _unset(f"Others can read the token in {path}. Type: chmod 600 {path}")
    return {name: str(value) for name, value in kept.items()}


def _token(environ: Mapping[str, str], kept: Mapping[str, str]) -> str:
    if token := environ.get("KUPLOY_TOKEN"):
        return token.strip()
    named = environ.get("KUPLOY_TOKEN_FILE")
    if not named and "token" in kept:
        return kept["token"].strip()
    named = named or kept.get("token_file")
    if not named:
        return ""
    try:
        token = Path(named).expanduser().read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise _unset(f"The token file {named} cannot be read: {reason}.") from None
    if not token:
        raise _unset(f"The token file {named} is empty.")
    return token


def _safe(url: str) -> str:
    """Whoever can listen to plain HTTP has the token."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return url
    raise _unset(f"The panel's address has to begin with https://, so that of {url} is not used.")


def _unset(sentence: str) -> Failure:
    return Failure(sentence, Exit.USAGE)
