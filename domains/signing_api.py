"""The keys that sign a domain's mail, for programs: which there are, and their renewal."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field

from accounts.api.answers import Shown
from accounts.api.bodies import Sent
from accounts.api.guard import Call
from accounts.api.routes import Routes
from accounts.http import who_hosts
from accounts.models import Area
from accounts.roles import Act
from domains import access, cnames, renewal
from domains.api import rows
from domains.models import DkimKey, Domain

routes = Routes(Area.DOMAINS, who_hosts)


class KeyOut(Shown):
    """The public half of a key. Its record is in the list of DNS records."""

    selector: str
    state: Literal["next", "stands_by", "signs", "replaced"]
    target: str = Field(description="Where its CNAME leads; empty: its record is a TXT.")
    public_key: str = Field(description="Base64, as it stands in p= of the record.")
    created_at: datetime
    signs_since: datetime | None
    replaced_at: datetime | None
    needed_until: datetime | None = Field(
        description="Of a replaced one: until then its record stays, for mail on its way."
    )


class Signing(Shown):
    by_cnames: bool = Field(description="We renew the key every year, by way of two CNAME records.")
    old: bool = Field(description="The key has signed for a year: a new one is due.")
    keys: list[KeyOut] = Field(description="The newest first.")


@routes.show("/domains/{uuid:domain_id}/keys", Act.LOOK, Signing)
def show_signing_keys(request: Call, domain_id: UUID) -> Signing:
    """Show the keys that sign a domain's mail.

    One signs. The next one, if there is one, waits until a check finds its record. One that stands
    by is published as well, and follows when the other has signed for a year.
    """
    return _signing(access.get_domain(request.membership, domain_id))


@routes.do("/domains/{uuid:domain_id}/keys/renewal", Act.EDIT_DOMAINS, Signing)
def renew_signing_key(request: Call, domain_id: UUID) -> Signing:
    """Make the next key, or have the one that stands by follow.

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


class ByCnames(Sent):
    on: bool


@routes.change(
    "PUT", "/domains/{uuid:domain_id}/keys/by-cnames", Act.EDIT_DOMAINS, Signing,
    shown=show_signing_keys, rows=rows,
)  # fmt: skip
def set_keys_by_cnames(request: Call, domain_id: UUID, wanted: ByCnames) -> Signing:
    """Have keys renew by themselves, or no more.

    On asks for two CNAME records, off for a TXT record: see the list of DNS records. Mail is signed
    as before until a check has found what is asked for.
    """
    domain = access.get_domain_for_work(request.membership, domain_id)
    change = cnames.choose if wanted.on else cnames.leave
    change(domain=domain, actor=request.actor)
    return _signing(domain)


def _signing(domain: Domain) -> Signing:
    found = renewal.newest_first(domain)
    signing = next(key for key in found if key.signs)
    return Signing(
        by_cnames=bool(signing.target), old=renewal.is_old(signing),
        keys=[_shown(key) for key in found],
    )  # fmt: skip


def _shown(key: DkimKey) -> KeyOut:
    return KeyOut(
        selector=key.selector, target=key.target, public_key=key.public_key,
        state=_state(key), created_at=key.created_at, signs_since=key.signs_since,
        replaced_at=key.replaced_at, needed_until=key.needed_until,
    )  # fmt: skip


def _state(key: DkimKey) -> Literal["next", "stands_by", "signs", "replaced"]:
    if key.stands_by:
        return "stands_by"
    return "next" if key.is_next else "signs" if key.signs else "replaced"
