"""What rspamd asks for mail that leaves: the signing key, and how many a message may go to.

Keys come in the answers of a Vault server's key-value store, which rspamd reads. It asks for each
message, so what is saved counts from that moment, and no copy of a key lies on disk.
On loopback of a mail host only: whoever has the token may have every key.
"""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils.crypto import constant_time_compare

from domains.models import DkimKey, Domain
from kuploy.crypto import decrypt

Answer = tuple[HTTPStatus, dict[str, Any]]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI (PEP 3333): GET /v1/dkim/DOMAIN, /v1/recipients/DOMAIN."""
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
    match environ["REQUEST_METHOD"], environ["PATH_INFO"].lower().split("/"):
        case "GET", ["", "v1", "dkim", name]:
            return _key_of(name)
        case "GET", ["", "v1", "recipients", name]:
            return _most_recipients(name)
    return HTTPStatus.NOT_FOUND, {}


def _key_of(name: str) -> Answer:
    key = DkimKey.objects.signing(name)
    if key is None:
        return HTTPStatus.NOT_FOUND, {}
    return HTTPStatus.OK, {"data": {"selectors": [_selector(key)]}}


def _most_recipients(name: str) -> Answer:
    """By the plan of the account and by that of its reseller; null: none of them says."""
    plans = "account__plan", "account__reseller__plan"
    of_plans = (f"{plan}__recipients_per_message" for plan in plans)
    figures = Domain.objects.filter(name=name, served=True).values_list(*of_plans).first()
    if figures is None:
        return HTTPStatus.NOT_FOUND, {}
    said = [most for most in figures if most is not None]
    return HTTPStatus.OK, {"most": min(said, default=None)}


def _selector(key: DkimKey) -> dict[str, str]:
    return {
        "domain": key.domain.name,
        "selector": key.selector,
        "key": decrypt(bytes(key.private_key_encrypted)).decode(),
    }
