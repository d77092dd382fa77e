"""Domains for programs: claiming, proving, DNS records and their checks."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Field, Query

from accounts.api import jobs
from accounts.api.answers import Listing, Shown
from accounts.api.bodies import Sent
from accounts.api.choices import SUSPENSION, OneOf
from accounts.api.guard import Call
from accounts.api.jobs import Job, Progress, Work, job_of
from accounts.api.paging import Window, by_name, listing
from accounts.api.problems import Entry, Invalid, judged
from accounts.api.routes import Routes
from accounts.http import who_hosts
from accounts.models import Area
from accounts.roles import Act
from domains import access, cutover, names, ownership, records, services
from domains.forms import CatchAllForm, CodeForm, CodeRequestForm, DomainForm
from domains.models import Domain, MtaSts
from quotas.models import Total

routes = Routes(Area.DOMAINS, who_hosts)


class DomainOut(Shown):
    """A domain; an alias domain mirrors another one."""

    id: UUID
    name: str = Field(description="In IDNA form, as it stands in the DNS.")
    unicode_name: str
    status: Annotated[str, OneOf(Domain.Status)]
    suspension: int = Field(description=SUSPENSION)
    alias_of: UUID | None = Field(description="The domain whose mailboxes and aliases it mirrors.")
    created_at: datetime
    proved_at: datetime | None
    healthy: bool = Field(description="Whether all its DNS records are right.")
    mx_here: bool
    deliver_here: bool = Field(description="Mail is taken although MX points elsewhere.")
    mta_sts: Annotated[str, OneOf(MtaSts)] = Field(
        description="What other servers do that cannot deliver encrypted."
    )
    catch_all: str = Field(description="Where mail to unknown addresses goes; empty: refused.")
    checked_at: datetime | None
    mailbox_count: int
    alias_count: int


def shown(domain: Domain) -> DomainOut:
    return DomainOut(
        alias_of=domain.alias_of_id,
        **{name: getattr(domain, name) for name in DomainOut.model_fields if name != "alias_of"},
    )


def rows(domain_id: UUID) -> "QuerySet[Any]":
    return Domain.objects.filter(pk=domain_id)


class DomainFilter(Window):
    q: str = Field("", max_length=253, description="A part of the name.")
    status: Annotated[str, OneOf(Domain.Status)] | None = None
    alias_of: UUID | None = Field(None, description="Only the alias domains of that domain.")


@routes.list("/domains", Act.LOOK, DomainOut)
def list_domains(request: Call, chosen: Query[DomainFilter]) -> Listing:
    """List domains.

    By name. With q, those that begin with it come first.
    """
    found = Domain.objects.visible_to(request.membership)
    if chosen.status:
        found = found.filter(status=chosen.status)
    if chosen.alias_of:
        found = found.filter(alias_of=chosen.alias_of)
    page = by_name(found, "name", chosen, names.searchable(chosen.q))
    return listing(page, lambda found: [shown(each) for each in found], lambda row: row.name)


class NewDomain(Sent):
    name: str = Field(max_length=2000, examples=["example.com"])
    alias_of: str = Field("", max_length=253, description="The name of the domain to mirror.")


@routes.create("/domains", Act.EDIT_DOMAINS, DomainOut)
def add_domain(request: Call, new: NewDomain) -> DomainOut:
    """Add a domain.

    It stays pending until its ownership is proved: see ownership. A first check of its DNS begins
    at once.
    """
    own = Domain.objects.filter(account=request.account)
    typed = judged(DomainForm(new.model_dump(), domains=own))
    domain = services.add_domain(account=request.account, **typed, actor=request.actor)
    return shown(domain)


@routes.show("/domains/{uuid:domain_id}", Act.LOOK, DomainOut)
def show_domain(request: Call, domain_id: UUID) -> DomainOut:
    """Show a domain."""
    return shown(access.get_domain(request.membership, domain_id))


class CatchAll(Sent):
    address: str = Field(max_length=320, description="Empty refuses mail to unknown addresses.")


@routes.change(
    "PUT", "/domains/{uuid:domain_id}/catch-all", Act.EDIT_ALIASES, DomainOut,
    shown=show_domain, rows=rows,
)  # fmt: skip
def set_catch_all(request: Call, domain_id: UUID, wanted: CatchAll) -> DomainOut:
    """Choose where mail to unknown addresses goes."""
    domain = access.get_domain_for_work(request.membership, domain_id)
    form = CatchAllForm({"catch_all": wanted.address})
    typed = judged(form, {"catch_all": "address"})
    services.set_catch_all(domain=domain, address=typed["catch_all"], actor=request.actor)
    return show_domain(request, domain_id)


class EarlyDelivery(Sent):
    on: bool


@routes.change(
    "PUT", "/domains/{uuid:domain_id}/early-delivery", Act.EDIT_DOMAINS, DomainOut,
    shown=show_domain, rows=rows,
)  # fmt: skip
def set_early_delivery(request: Call, domain_id: UUID, wanted: EarlyDelivery) -> DomainOut:
    """Take mail already, or no more, while MX points elsewhere.

    It ends by itself after two weeks, and needs a proof of the last thirty days.
    """
    domain = access.get_domain_for_work(request.membership, domain_id)
    cutover.set_deliver_here(domain=domain, on=wanted.on, actor=request.actor)
    return show_domain(request, domain_id)


class RecordOut(Shown):
    """A DNS record: what to publish, and what the last check found."""

    kind: str = Field(examples=["spf"])
    type: str = Field(examples=["TXT"])
    host: str = Field(description="The name inside the zone; @ is the domain itself.")
    name: str = Field(description="The full name.")
    value: str
    priority: int | None
    state: str = Field(description="`ok`, what is wrong, or `unknown` before the first check.")
    found: list[str] = Field(description="What the DNS has now.")
    sentence: str = Field(description="What that means.")
    instead: str = Field(description="What to publish where it is not just the value.")
    checked_at: datetime | None
    failure: str = Field(description="Why the last look-up could not be made; it is tried again.")


def shown_record(record: records.Record) -> RecordOut:
    check = record.check
    return RecordOut(
        kind=record.kind, type=record.type, host=record.host, name=record.name,
        value=record.value, priority=record.priority, instead=record.instead,
        state=check.state if check and check.checked_at else "unknown",
        found=[str(each) for each in check.found] if check else [],
        sentence=check.sentence if check else "",
        checked_at=check.checked_at if check else None,
        failure=check.failure if check and check.failure_is_newer else "",
    )  # fmt: skip


@routes.list("/domains/{uuid:domain_id}/dns", Act.LOOK, RecordOut)
def list_dns_records(request: Call, domain_id: UUID) -> Listing:
    """List the DNS records to publish.

    MX, SPF, DKIM and DMARC, each with what the last check found.
    """
    domain = access.get_domain(request.membership, domain_id)
    return Listing([shown_record(each) for each in records.to_publish(domain)], "")


@routes.start("POST", "/domains/{uuid:domain_id}/dns/checks", Act.CHECK_DNS)
def check_dns(request: Call, domain_id: UUID) -> Job:
    """Check the DNS records now.

    Also looks for a proof of ownership, as long as that is missing.
    """
    domain = access.get_domain_for_work(request.membership, domain_id)
    services.request_check(domain=domain, actor=request.actor)
    domain.refresh_from_db(fields=["check_queued_at"])
    return job_of(request, check_of(domain))


CHECK = "dns_check"


def check_of(domain: Domain) -> Work:
    return Work(CHECK, domain.pk, domain.pk, domain.name, domain.check_queued_at or datetime.min)


def _how_far(work: Work) -> Progress:
    domain = Domain.objects.filter(pk=work.subject).first()
    if domain is None or (domain.checked_at and domain.checked_at >= work.started_at):
        return Progress(done=True)
    if domain.checking:
        return Progress(done=False)
    return Progress(done=False, detail=_("It takes longer than usual, and goes on by itself."))


jobs.KINDS[CHECK] = (Area.DOMAINS, _how_far)


class Code(Shown):
    address: str
    sent_at: datetime
    expires_at: datetime


class Ownership(Shown):
    """How to prove that the domain is yours: one of the records, or a code by mail."""

    proved_at: datetime | None
    records: list[RecordOut] = Field(description="Publish one of them, then have the DNS checked.")
    code: Code | None = Field(description="The code that was mailed last, if it still counts.")


@routes.show("/domains/{uuid:domain_id}/ownership", Act.LOOK, Ownership)
def show_ownership(request: Call, domain_id: UUID) -> Ownership:
    """Show how to prove that a domain is yours."""
    domain = access.get_domain(request.membership, domain_id)
    sent = getattr(domain, "ownership_code", None)
    code = sent and Code(address=sent.address, sent_at=sent.sent_at, expires_at=sent.expires_at)
    wanted = [shown_record(each) for each in records.for_proof(domain)]
    return Ownership(proved_at=domain.proved_at, records=wanted, code=code)


class CodeRequest(Sent):
    local_part: str = Field(max_length=64, examples=["postmaster"])


@routes.do("/domains/{uuid:domain_id}/ownership/code", Act.EDIT_DOMAINS, Ownership)
def send_code(request: Call, domain_id: UUID, wanted: CodeRequest) -> Ownership:
    """Have a code mailed to the domain.

    To postmaster, hostmaster, webmaster or info, wherever its mail is today.
    """
    domain = access.get_domain_for_work(request.membership, domain_id)
    typed = judged(CodeRequestForm(wanted.model_dump(), domain=domain))
    ownership.send_code(domain=domain, **typed, actor=request.actor)
    return show_ownership(request, domain_id)


class CodeEntry(Sent):
    code: str = Field(max_length=20, examples=["1234 5678"])


@routes.do("/domains/{uuid:domain_id}/ownership/proof", Act.EDIT_DOMAINS, DomainOut)
def enter_code(request: Call, domain_id: UUID, sent: CodeEntry) -> DomainOut:
    """Prove the ownership with the mailed code."""
    domain = access.get_domain_for_work(request.membership, domain_id)
    typed = judged(CodeForm(sent.model_dump()))
    try:
        ownership.enter_code(domain=domain, **typed, actor=request.actor)
    except ownership.WrongCode as error:
        raise Invalid([Entry(detail=str(error), pointer="#/code")]) from None
    return show_domain(request, domain_id)


class DomainUsage(Shown):
    """What all mailboxes of the domain hold together, as of a moment ago."""

    bytes: int
    messages: int
    mailboxes: int
    aliases: int


usage_routes = Routes(Area.USAGE, who_hosts)


@usage_routes.show("/domains/{uuid:domain_id}/usage", Act.LOOK, DomainUsage)
def show_domain_usage(request: Call, domain_id: UUID) -> DomainUsage:
    """Show what a domain holds."""
    domain = access.get_domain(request.membership, domain_id)
    total = Total.objects.filter(domain_id=domain.pk).first()
    return DomainUsage(
        bytes=total.bytes if total else 0, messages=total.messages if total else 0,
        mailboxes=domain.mailbox_count, aliases=domain.alias_count,
    )  # fmt: skip
