"""DMARC reports for programs: the sums of a time, and what may be published next."""

from dataclasses import asdict
from datetime import date
from typing import Literal
from uuid import UUID

from ninja import Field, Query, Schema

from accounts.api.answers import Shown
from accounts.api.guard import Call
from accounts.api.routes import Routes
from accounts.http import who_hosts
from accounts.models import Area
from accounts.roles import Act
from domains.reports import access, advice, summary
from domains.reports.models import OURS

routes = Routes(Area.DOMAINS, who_hosts)


class Tally(Shown):
    messages: int
    passed: int = Field(description="By DKIM or SPF, aligned with the From header.")
    by_dkim: int
    by_spf: int
    quarantined: int
    rejected: int


class DmarcDay(Tally):
    day: date


class DmarcSender(Tally):
    sender: str = Field(
        description=f"`{OURS}`: our mail servers. Else the domain whose signature or SPF record "
        "passed; empty where nothing did."
    )


class DmarcCondition(Shown):
    met: bool
    words: str


class DmarcAdvice(Shown):
    """Whether a stricter policy is safe, by the proved reports of the last 30 days."""

    policy: str = Field(description="What is published now; empty: no record can be read.")
    following: str = Field(description="What may come next; empty: nothing stricter is left.")
    ready: bool
    conditions: list[DmarcCondition]
    record: str = Field(description="The record to publish when it is ready.")


class Dmarc(Shown):
    """What receivers report of mail in the name of a domain."""

    by_day: list[DmarcDay] = Field(description="Only days that something was reported of.")
    by_sender: list[DmarcSender] = Field(description="Those with most messages first.")
    advice: DmarcAdvice


class Time(Schema):
    # As it stands in the address: a text.
    days: Literal["30", "90", "365"] = Field("30", description="How far it goes back.")


@routes.show("/domains/{uuid:domain_id}/dmarc", Act.LOOK, Dmarc)
def show_dmarc(request: Call, domain_id: UUID, chosen: Query[Time]) -> Dmarc:
    """Show what DMARC reports say.

    Not found where the provider reads no reports.
    """
    domain, days = access.get_reported(request.membership, domain_id), int(chosen.days)
    senders = summary.by_sender(domain, days)[: summary.MOST_SENDERS]
    found = advice.advise(domain)
    return Dmarc(
        by_day=[
            DmarcDay(day=day, **asdict(counted))
            for day, counted in summary.by_day(domain, days).items()
        ],
        by_sender=[DmarcSender(sender=each.key, **asdict(each.counted)) for each in senders],
        advice=DmarcAdvice(
            policy=found.policy,
            following=found.following,
            ready=found.ready,
            conditions=[DmarcCondition(**asdict(each)) for each in found.conditions],
            record=found.record,
        ),
    )
