"""Mailboxes: creating, changing, disabling, their passwords and their usage."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from ninja import Field, Query

from accounts.api.answers import Listing, Shown
from accounts.api.bodies import Sent
from accounts.api.choices import SUSPENSION, OneOf
from accounts.api.guard import Call
from accounts.api.paging import Window, by_name, listing
from accounts.api.problems import judged
from accounts.api.routes import Routes
from accounts.http import who_hosts
from accounts.models import Area
from accounts.roles import Act
from domains import names
from domains.models import Domain
from mailboxes import access, services
from mailboxes.forms import MailboxEditForm, MailboxForm, PasswordForm
from mailboxes.models import Mailbox
from quotas import history
from quotas.limits import Room
from quotas.models import Filling

routes = Routes(Area.MAILBOXES, who_hosts)
usage_routes = Routes(Area.USAGE, who_hosts)


class MailboxOut(Shown):
    id: UUID
    address: str
    domain_id: UUID
    display_name: str
    state: Annotated[str, OneOf(Mailbox.State)]
    suspension: int = Field(description=SUSPENSION)
    quota_bytes: int
    quota_messages: int = Field(description="Most messages, which follow from the size.")
    language: str = Field(description="In which its user is told that it fills up.")
    created_at: datetime


def shown(mailbox: Mailbox) -> MailboxOut:
    return MailboxOut(**{name: getattr(mailbox, name) for name in MailboxOut.model_fields})


def rows(mailbox_id: UUID) -> "QuerySet[Any]":
    return Mailbox.objects.filter(pk=mailbox_id)


class MailboxFilter(Window):
    q: str = Field("", max_length=320, description="A part of the address.")
    state: Annotated[str, OneOf(Mailbox.State)] | None = None
    domain: UUID | None = Field(None, description="Only those of that domain.")
    over: Literal["80", "95", "100"] | None = Field(
        None, description="Fuller than so many percent."
    )


@routes.list("/mailboxes", Act.LOOK, MailboxOut)
def list_mailboxes(request: Call, chosen: Query[MailboxFilter]) -> Listing:
    """List mailboxes.

    By address. With q, those that begin with it come first.
    """
    found, among = Mailbox.objects.visible_to(request.membership), _filling(request, chosen.over)
    if chosen.state:
        found = found.filter(state=chosen.state)
        among = among.filter(state=chosen.state) if among is not None else None
    if chosen.domain:
        found = found.filter(domain=chosen.domain)
        among = among.filter(domain_id=chosen.domain) if among is not None else None
    page = by_name(found, "address", chosen, names.searchable(chosen.q), among=among)
    return listing(page, lambda found: [shown(each) for each in found], lambda row: row.address)


def _filling(request: Call, over: str | None) -> "QuerySet[Filling] | None":
    if over is None:
        return None
    return Filling.objects.of(request.account.pk, request.membership.only_domain_ids).over(
        int(over)
    )


class NewMailbox(Sent):
    local_part: str = Field(max_length=64, description="The part before the @.", examples=["info"])
    domain: str = Field(max_length=253, description="The name of an active domain.")
    password: str = Field(description="At least 8 characters, for IMAP and SMTP.")
    display_name: str = Field("", max_length=120)
    quota_bytes: int | None = Field(None, description="A size that the domain allows, or its own.")
    language: str = Field("", description="In which its user is told that it fills up.")


@routes.create("/mailboxes", Act.EDIT_MAILBOXES, MailboxOut)
def create_mailbox(request: Call, new: NewMailbox) -> MailboxOut:
    """Create a mailbox.

    It can be signed in to as soon as this answers.
    """
    domains = Domain.objects.visible_to(request.membership)
    form = MailboxForm(new.model_dump(), domains=domains, plan=request.account.plan)
    typed = judged(form)
    return shown(services.create_mailbox(**typed, actor=request.actor))


@routes.show("/mailboxes/{uuid:mailbox_id}", Act.LOOK, MailboxOut)
def show_mailbox(request: Call, mailbox_id: UUID) -> MailboxOut:
    """Show a mailbox."""
    return shown(access.get_mailbox(request.membership, mailbox_id))


class MailboxChange(Sent):
    """What is left out stays as it is."""

    display_name: str = Field("", max_length=120)
    quota_bytes: int = Field(0, description="A size that the domain allows.")
    language: str = ""


@routes.change(
    "PATCH", "/mailboxes/{uuid:mailbox_id}", Act.EDIT_MAILBOXES, MailboxOut,
    shown=show_mailbox, rows=rows,
)  # fmt: skip
def change_mailbox(request: Call, mailbox_id: UUID, change: MailboxChange) -> MailboxOut:
    """Change name, size or language of a mailbox."""
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    before = {name: getattr(mailbox, name) for name in MailboxChange.model_fields}
    sent = before | change.model_dump(exclude_unset=True)
    typed = judged(MailboxEditForm(sent, mailbox=mailbox))
    services.edit_mailbox(mailbox=mailbox, **typed, actor=request.actor)
    return show_mailbox(request, mailbox_id)


class NewPassword(Sent):
    password: str = Field(description="At least 8 characters.")


@routes.change(
    "PUT", "/mailboxes/{uuid:mailbox_id}/password", Act.EDIT_MAILBOXES, MailboxOut,
    shown=show_mailbox, rows=rows,
)  # fmt: skip
def change_password(request: Call, mailbox_id: UUID, new: NewPassword) -> MailboxOut:
    """Change the password of a mailbox.

    The new one counts at once; open sessions end.
    """
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    typed = judged(PasswordForm(new.model_dump(), mailbox=mailbox))
    services.change_password(mailbox=mailbox, **typed, actor=request.actor)
    return show_mailbox(request, mailbox_id)


@routes.do("/mailboxes/{uuid:mailbox_id}/disable", Act.EDIT_MAILBOXES, MailboxOut)
def disable_mailbox(request: Call, mailbox_id: UUID) -> MailboxOut:
    """Disable a mailbox.

    No sign-in and no new mail; what is there stays.
    """
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    services.disable_mailbox(mailbox=mailbox, actor=request.actor)
    return show_mailbox(request, mailbox_id)


@routes.do("/mailboxes/{uuid:mailbox_id}/enable", Act.EDIT_MAILBOXES, MailboxOut)
def enable_mailbox(request: Call, mailbox_id: UUID) -> MailboxOut:
    """Enable a mailbox again."""
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    services.enable_mailbox(mailbox=mailbox, actor=request.actor)
    return show_mailbox(request, mailbox_id)


@routes.do("/mailboxes/{uuid:mailbox_id}/end-sessions", Act.EDIT_MAILBOXES, MailboxOut)
def end_sessions(request: Call, mailbox_id: UUID) -> MailboxOut:
    """End the open sessions of a mailbox.

    Mail programs sign in again by themselves.
    """
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    services.end_sessions(mailbox=mailbox, actor=request.actor)
    return show_mailbox(request, mailbox_id)


class Day(Shown):
    day: date
    bytes: int
    messages: int


class MailboxUsage(Shown):
    bytes: int
    messages: int
    percent: int = Field(description="Of its size or of its most messages, whichever is fuller.")
    updated_at: datetime | None = Field(description="When the mail server last said so.")
    days: list[Day] = Field(description="The days of the last year that changed it.")


@usage_routes.show("/mailboxes/{uuid:mailbox_id}/usage", Act.LOOK, MailboxUsage)
def show_mailbox_usage(request: Call, mailbox_id: UUID) -> MailboxUsage:
    """Show how full a mailbox is, and was."""
    mailbox = access.get_mailbox(request.membership, mailbox_id)
    usage = mailbox.usage
    space = Room(usage.bytes if usage else 0, mailbox.quota_bytes)
    count = Room(usage.messages if usage else 0, mailbox.quota_messages)
    return MailboxUsage(
        bytes=space.used, messages=count.used,
        percent=max(space.percent or 0, count.percent or 0),
        updated_at=usage.updated_at if usage else None,
        days=_days(history.of(mailbox.pk, usage)),
    )  # fmt: skip


def _days(points: Sequence[Any]) -> list[Day]:
    return [Day(day=each.day, bytes=each.bytes, messages=each.messages) for each in points]
