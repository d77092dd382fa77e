"""The records beyond the four, and the MTA-STS policy, for programs."""

from typing import Annotated
from uuid import UUID

from ninja import Field

from accounts.api.answers import Listing
from accounts.api.bodies import Sent
from accounts.api.choices import OneOf
from accounts.api.guard import Call
from accounts.api.routes import Routes
from accounts.http import who_hosts
from accounts.models import Area
from accounts.roles import Act
from domains import access, recommended, services
from domains.api import DomainOut, RecordOut, rows, show_domain, shown_record
from domains.models import MtaSts

routes = Routes(Area.DOMAINS, who_hosts)


class OfferedRecordOut(RecordOut):
    """A record that is recommended: nothing depends on it."""

    gives: str = Field(description="What it is good for.")


@routes.list("/domains/{uuid:domain_id}/dns/recommended", Act.LOOK, OfferedRecordOut)
def list_recommended_dns_records(request: Call, domain_id: UUID) -> Listing:
    """List the DNS records that are recommended.

    Beyond MX, SPF, DKIM and DMARC, for a domain whose ownership is proved. They are looked up when
    a check is asked for, and once a week.
    """
    domain = access.get_domain(request.membership, domain_id)
    found = [
        OfferedRecordOut(gives=offer.gives, **shown_record(each).model_dump())
        for offer in recommended.offers(domain)
        for each in offer.records
    ]
    return Listing(found, "")


class Mode(Sent):
    mode: Annotated[str, OneOf(MtaSts)]


@routes.change(
    "PUT", "/domains/{uuid:domain_id}/mta-sts", Act.EDIT_DOMAINS, DomainOut,
    shown=show_domain, rows=rows,
)  # fmt: skip
def set_mta_sts(request: Call, domain_id: UUID, wanted: Mode) -> DomainOut:
    """Choose what other servers do that cannot deliver encrypted.

    They learn of it when the recommended record `_mta-sts` is published with its new id. To enforce
    it, the MX records have to be right.
    """
    domain = access.get_domain_for_work(request.membership, domain_id)
    services.set_mta_sts(domain=domain, mode=wanted.mode, actor=request.actor)
    return show_domain(request, domain_id)
