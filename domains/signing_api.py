"""The keys that sign a domain's mail, for programs: which there are, and their renewal."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from accounts.api.guard import Call
from accounts.api.routes import Routes
from accounts.http import who_hosts
from accounts.models import Area
from accounts.roles import Act
from domains import access, renewal
from domains.models import DkimKey, Domain

routes = Routes(Area.DOMAINS, who_hosts)


class KeyOut(Schema):
    """The public half of a key. Its record is in the list of DNS records."""

    selector: str
    state: Literal["next", "signs", "replaced"]
    public_key: str = Field(description="Base64, as it stands in p= of the record.")
    created_at: datetime
    signs_since: datetime | None
    replaced_at: datetime | None
    needed_until: datetime | None = Field(
        description="Of a replaced one: until then its record stays, for mail on its way."
    )


class Signing(Schema):
    old: bool = Field(description="The key has signed for a year: a new one is due.")
    keys: list[KeyOut] = Field(description="The newest first.")


@routes.show("/domains/{uuid:domain_id}/keys", Act.LOOK, Signing)
def show_signing_keys(request: Call, domain_id: UUID) -> Signing:
    """Show the keys that sign a domain's mail.

    One signs. The next one, if there is one, waits until a check finds its record.
    """
    return _signing(access.get_domain(request.membership, domain_id))


@routes.do("/domains/{uuid:domain_id}/keys/renewal", Act.EDIT_DOMAINS, Signing)
def renew_signing_key(request: Call, domain_id: UUID) -> Signing:
    """Make the next key.

    Publish its record and have the DNS checked: it signs from the moment at which it is found.
    """
    domain = access.get_domain_for_work(request.membership, domain_id)
    renewal.begin(domain=domain, actor=request.actor)
    return _signing(domain)


@routes.do("/domains/{uuid:domain_id}/keys/present", Act.EDIT_DOMAINS, Signing)
def keep_signing_key(request: Call, domain_id: UUID) -> Signing:
    """Keep the present key.

    The next one, which has never signed anything, goes.
    """
    domain = access.get_domain_for_work(request.membership, domain_id)
    renewal.give_up(domain=domain, actor=request.actor)
    return _signing(domain)


def _signing(domain: Domain) -> Signing:
    found = renewal.newest_first(domain)
    return Signing(
        old=any(renewal.is_old(key) for key in found if not key.replaced_at),
        keys=[_shown(key) for key in found],
    )


def _shown(key: DkimKey) -> KeyOut:
    return KeyOut(
        selector=key.selector, public_key=key.public_key, created_at=key.created_at,
        state="replaced" if key.replaced_at else "signs" if key.signs_since else "next",
        signs_since=key.signs_since, replaced_at=key.replaced_at,
        needed_until=renewal.needed_until(key),
    )  # fmt: skip
