"""The records beyond the four, for programs."""

from uuid import UUID

from ninja import Field

from accounts.api.answers import Listing
from accounts.api.guard import Call
from accounts.api.routes import Routes
from accounts.http import who_hosts
from accounts.models import Area
from accounts.roles import Act
from domains import access, recommended
from domains.api import RecordOut, shown_record

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
