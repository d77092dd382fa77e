"""The account itself: what its plan holds, what it uses, who did what, and its running jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Query

from accounts.api.answers import Listing, Shown
from accounts.api.guard import Call
from accounts.api.jobs import Job, find_job
from accounts.api.paging import Window, listing, newest_first, sealed
from accounts.api.routes import Routes
from accounts.models import Area, AuditEvent
from accounts.roles import Act
from accounts.room import Countable, rooms_for
from kuploy.codes import seal
from quotas.limits import Room

usage_routes = Routes(Area.USAGE)
audit_routes = Routes(Area.AUDIT)
job_routes = Routes(None)


class Share(Shown):
    used: int
    limit: int | None = Field(description="None: no limit.")


class AccountOut(Shown):
    id: UUID
    name: str
    kind: str
    plan: str = Field(description="The name of its plan.")
    email_hosting: bool
    default_size_bytes: int = Field(description="Of a new mailbox.")
    allowed_sizes_bytes: list[int]
    domains: Share
    mailboxes: Share
    aliases: Share


@usage_routes.show("/account", Act.LOOK, AccountOut)
def show_account(request: Call) -> AccountOut:
    """Show the account, what its plan holds and what it uses."""
    account, rooms = request.account, rooms_for(request.account, *Countable)
    plan = account.plan
    return AccountOut(
        id=account.pk, name=account.name, kind=account.kind, plan=plan.name,
        email_hosting=plan.email_hosting, default_size_bytes=plan.default_size_bytes,
        allowed_sizes_bytes=[gb * 2**30 for gb in plan.allowed_sizes_gb],
        domains=_share(rooms[Countable.DOMAIN]), mailboxes=_share(rooms[Countable.MAILBOX]),
        aliases=_share(rooms[Countable.ALIAS]),
    )  # fmt: skip


def _share(room: Room) -> Share:
    return Share(used=room.used, limit=room.limit)


class EventOut(Shown):
    id: UUID
    at: datetime
    who: str
    token: str = Field(description="The name of the token, if a program did it.")
    action: str = Field(examples=["mailbox.created"])
    object_type: str
    object_name: str
    sentence: str
    details: dict[str, Any]
    ip: str | None


def _event(event: AuditEvent) -> EventOut:
    return EventOut(
        id=seal("event", event.pk), at=event.created_at, who=event.who, token=event.token_name,
        **{name: getattr(event, name) for name in (
            "action", "object_type", "object_name", "sentence", "details", "ip",
        )},
    )  # fmt: skip


class EventFilter(Window):
    q: str = Field("", max_length=320, description="What the name of the object begins with.")


@audit_routes.list("/audit-events", Act.SEE_ACTIVITY, EventOut)
def list_audit_events(request: Call, chosen: Query[EventFilter]) -> Listing:
    """List who did what, the newest first."""
    found = request.account.audit_events.all()
    if chosen.q:
        found = found.filter(object_name__istartswith=chosen.q)
    page = newest_first(found, "event", chosen)
    return listing(page, lambda found: [_event(each) for each in found], sealed("event"))


@job_routes.show("/jobs/{job_id}", Act.LOOK, Job)
def show_job(request: Call, job_id: str) -> Job:
    """Show how far a job is.

    For the area to which it belongs the token needs a scope to read.
    """
    return find_job(request, job_id)
