"""Work that goes on after the answer: its address says what it is, its state is looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Field

from accounts.api.answers import Shown
from accounts.api.guard import Call
from accounts.models import Area

SALT = "api-job"


@dataclass(frozen=True, slots=True)
class Progress:
    done: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What was begun: its kind, with which thing, of which domain, and when."""

    kind: str
    subject: UUID
    domain: UUID
    name: str
    started_at: datetime


class Job(Shown):
    id: str
    kind: str = Field(examples=["dns_check"])
    name: str = Field(description="Of what it is about.")
    state: Literal["running", "done"]
    detail: str = Field(description="Why it takes long, if it does.")
    started_at: datetime


# For each kind: the area that opens it, and how far it is.
KINDS: dict[str, tuple[Area, Callable[[Work], Progress]]] = {}


def job_of(call: Call, work: Work) -> Job:
    about = [work.kind, work.subject.hex, work.domain.hex, work.name, work.started_at.isoformat()]
    code = signing.dumps([call.account.pk.hex, *about], salt=SALT)
    return _shown(code, work)


def find_job(call: Call, code: str) -> Job:
    try:
        account, kind, subject, domain, name, started = signing.loads(code, salt=SALT)
    except signing.BadSignature:
        raise Http404 from None
    only = call.membership.only_domain_ids
    if account != call.account.pk.hex or (only is not None and UUID(domain) not in only):
        raise Http404
    if not call.token.opens(KINDS[kind][0], to_write=False):
        raise PermissionDenied(_("This token does not open that."))
    started_at = datetime.fromisoformat(started)
    return _shown(code, Work(kind, UUID(subject), UUID(domain), name, started_at))


def _shown(code: str, work: Work) -> Job:
    _area, look = KINDS[work.kind]
    progress = look(work)
    return Job(
        id=code, kind=work.kind, name=work.name, started_at=work.started_at,
        state="done" if progress.done else "running", detail=progress.detail,
    )  # fmt: skip
