"""Hands signing keys to rspamd, in the answers of a Vault server's key-value store, which it reads.

For each message it asks, so a key counts from the moment it is saved, and no copy lies on disk.
On loopback of a mail host only: whoever has the token may have every key.
"""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils.crypto import constant_time_compare

from domains.models import DkimKey
from kuploy.crypto import decrypt

PATH = "/v1/dkim/"
Answer = tuple[HTTPStatus, dict[str, Any]]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI (PEP 3333): GET /v1/dkim/DOMAIN."""
    try:
        status, answer = _answer(environ)
    except DatabaseError:
        # rspamd gets no key, and the message is tried again later.
        status, answer = HTTPStatus.SERVICE_UNAVAILABLE, {}
    finally:
        close_old_connections()  # back to the pool
    body = json.dumps(answer).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]


def _answer(environ: dict[str, Any]) -> Answer:
    token = environ.get("HTTP_X_VAULT_TOKEN", "")
    if not settings.KEYS_TOKEN or not constant_time_compare(token, settings.KEYS_TOKEN):
        return HTTPStatus.FORBIDDEN, {}
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] != "GET" or not path.startswith(PATH):
        return HTTPStatus.NOT_FOUND, {}
    key = DkimKey.objects.signing(path.removeprefix(PATH).lower())
    if key is None:
        return HTTPStatus.NOT_FOUND, {}
    return HTTPStatus.OK, {"data": {"selectors": [_selector(key)]}}


def _selector(key: DkimKey) -> dict[str, str]:
    return {
        "domain": key.domain.name,
        "selector": key.selector,
        "key": decrypt(bytes(key.private_key_encrypted)).decode(),
    }
