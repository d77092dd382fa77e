"""Hands on the mail host: Dovecot's HTTP interface, and the directory that holds the mail."""

import base64
import shutil
from collections.abc import Set
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

NOBODY_CONNECTED = 68  # exit code of doveadm kick
PATIENCE_SECONDS = 30


class HostError(Exception):
    """The mail host could not do it now. The message is for the panel."""


def kick(address: str) -> None:
    """End the open sessions of a mailbox. Nobody connected is fine."""
    run("kick", {"mask": [address]}, also_fine={NOBODY_CONNECTED})


def remove_mail(home: str) -> None:
    """Take the directory from disk; one that is not there is fine."""
    root = Path(settings.MAIL_ROOT)
    # On a disk that is not mounted nothing is found either, and all of it comes back later.
    if not root.is_absolute() or not root.is_dir():
        raise HostError(f"The mail root of {settings.MAIL_HOST} is not there.")
    try:
        shutil.rmtree(root / home)
    except FileNotFoundError:
        return
    except OSError as error:
        raise HostError(f"The mail could not be removed: {error.strerror}.") from error


def run(command: str, parameters: dict[str, object], *, also_fine: Set[int] = frozenset()) -> Any:
    """One command a request (2.3 answers a faulty batch with broken JSON); its answer."""
    try:
        response = httpx.post(
            settings.DOVEADM_URL,
            json=[[command, parameters, "kuploy"]],
            auth=_with_key,
            timeout=PATIENCE_SECONDS,
        )
        response.raise_for_status()
        kind, answer, _tag = response.json()[0]
    except (httpx.HTTPError, ValueError, LookupError) as error:
        raise HostError(f"Dovecot on {settings.MAIL_HOST} does not answer.") from error
    if kind == "error" and answer.get("exitCode") not in also_fine:
        raise HostError(f"Dovecot on {settings.MAIL_HOST} refused {command}: {answer}.")
    return answer


def _with_key(request: httpx.Request) -> httpx.Request:
    key = base64.b64encode(settings.DOVEADM_KEY.encode()).decode()
    request.headers["Authorization"] = f"X-Dovecot-API {key}"
    return request
