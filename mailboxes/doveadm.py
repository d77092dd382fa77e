"""Hands on the mail host: Dovecot's HTTP interface, and the directory that holds the mail."""

import base64
import logging
import os
import shutil
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

log = logging.getLogger(__name__)
NOBODY_CONNECTED = 68  # exit code of doveadm kick
PATIENCE_SECONDS = 30


class HostError(Exception):
    """The mail host could not do it now. The message is for the panel."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is in a mailbox, all folders together."""

    bytes: int
    messages: int


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


def measure(homes: Mapping[str, str]) -> dict[str, Measured]:
    """Of each address, to the byte as the limits count; without those that cannot be read."""
    wanted = {"field": ["messages", "vsize"], "mailboxMask": ["*"], "totalSum": True}
    answers = _ask([["mailboxStatus", {"user": to, **wanted}, to] for to in homes])
    found = {
        address: Measured(int(sums[0]["vsize"]), int(sums[0]["messages"]))
        for kind, sums, address in answers
        if kind != "error"
    }
    sure = {to for to in found if found[to].messages or _is_readable(homes[to])}
    for address in homes.keys() - sure:
        log.warning("Dovecot cannot read %s.", address)
    return {address: found[address] for address in sure}


def _is_readable(home: str) -> bool:
    """Dovecot also finds nothing where it may not look, and on a disk that is not mounted."""
    root = Path(settings.MAIL_ROOT)
    try:
        os.listdir(root / home / "Maildir")
    except FileNotFoundError:
        return root.is_dir() and any(root.iterdir())
    except OSError:
        return False
    return True


def copy_in(user: str, since: str) -> None:
    """Bring what is not here yet from the source that the user's fields name; ends with the copy.

    One way, and a merge: what came in here stays, what was deleted here stays deleted.
    """
    wanted = {"onewaySync": True, "reverseSync": True, "lockTimeout": PATIENCE_SECONDS}
    limit = {"syncSinceTime": since} if since else {}
    parameters = {"user": user, **wanted, **limit, "destination": ["imapc:"]}
    run("sync", parameters, patience_seconds=None)


def folder_sizes(address: str) -> dict[str, int]:
    """How many messages are in each folder."""
    wanted: dict[str, object] = {"user": address, "field": ["messages"], "mailboxMask": ["*"]}
    return {row["mailbox"]: int(row["messages"]) for row in run("mailboxStatus", wanted)}


def run(
    command: str,
    parameters: dict[str, object],
    *,
    also_fine: Set[int] = frozenset(),
    patience_seconds: float | None = PATIENCE_SECONDS,
) -> Any:
    """One command; its answer."""
    asked = [[command, parameters, "kuploy"]]
    ((kind, answer, _tag),) = _ask(asked, patience_seconds)
    if kind == "error" and answer.get("exitCode") not in also_fine:
        raise HostError(f"Dovecot on {settings.MAIL_HOST} refused {command}: {answer}.")
    return answer


def _ask(commands: list[list[Any]], patience_seconds: float | None = PATIENCE_SECONDS) -> list[Any]:
    """All in one request: known ones only, or 2.3 answers the whole of it with broken JSON."""
    try:
        response = httpx.post(
            settings.DOVEADM_URL, json=commands, auth=_with_key, timeout=patience_seconds
        )
        response.raise_for_status()
        answers: list[Any] = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise HostError(f"Dovecot on {settings.MAIL_HOST} does not answer.") from error
    return answers


def _with_key(request: httpx.Request) -> httpx.Request:
    key = base64.b64encode(settings.DOVEADM_KEY.encode()).decode()
    request.headers["Authorization"] = f"X-Dovecot-API {key}"
    return request
