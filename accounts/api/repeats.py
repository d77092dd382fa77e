"""A creation that is sent twice with one Idempotency-Key is done once, and answered alike."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.api.problems import Entry, Invalid
from accounts.models import Answer
from kuploy.crypto import decrypt, encrypt
from kuploy.errors import Refused

if TYPE_CHECKING:
    from accounts.api.guard import Call

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
REPEATED = "Idempotency-Replayed"


def once(call: "Call", create: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of the first call with that key, if there was one within KEPT_FOR.

    The key is kept in the transaction of the creation: whoever sends it at the same moment waits
    for that, and what fails leaves no key behind.
    """
    key = call.headers.get(HEADER)
    if key is None:
        return create()
    _check(key)
    with transaction.atomic():
        kept = Answer.objects.filter(token=call.token, key=key)
        kept.filter(created_at__lt=Now() - KEPT_FOR).delete()
        answer, new = Answer.objects.get_or_create(
            token=call.token, key=key, defaults={"fingerprint": _fingerprint(call)}
        )
        if not new:
            return _again(call, answer)
        response = create()
        content = encrypt(_packed(response))
        kept.update(content_encrypted=content)
        return response


def forget() -> None:
    """Drop the answers that are too old to be given again."""
    Answer.objects.filter(created_at__lt=Now() - KEPT_FOR).delete()


def _check(key: str) -> None:
    if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        detail = _("A key has up to 255 printable characters of ASCII.")
        raise Invalid([Entry(detail=detail, parameter=HEADER)])


def _fingerprint(call: "Call") -> str:
    said = f"{call.method} {call.get_full_path()} {call.account.pk} ".encode() + _sent(call)
    return salted_hmac("api-answer", said, algorithm="sha256").hexdigest()


def _sent(call: "Call") -> bytes:
    """Of a file, whose request is read as it comes, a digest."""
    if call.content_type != "multipart/form-data":
        return call.body
    parts = [repr(sorted(call.POST.lists()))]
    files: Any = call.FILES
    for name, file in sorted(files.items()):
        digest = sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
        parts.append(repr([name, file.name, digest.hexdigest()]))
    return "".join(parts).encode()


def _again(call: "Call", answer: Answer) -> HttpResponse:
    if answer.fingerprint != _fingerprint(call):
        raise Refused(_("This Idempotency-Key came with another request. Choose a new one."))
    stored = json.loads(decrypt(bytes(answer.content_encrypted)))
    response = HttpResponse(stored["content"], status=stored["status"], headers=stored["headers"])
    response[REPEATED] = "true"
    return response


def _packed(response: HttpResponse) -> bytes:
    parts = {
        "status": response.status_code,
        "headers": dict(response.items()),
        "content": response.content.decode(),
    }
    return json.dumps(parts).encode()
