"""What a domain allows below the plan."""

from uuid import UUID

from ninja import Field

from accounts.api.bodies import Sent
from accounts.api.guard import Call
from accounts.api.problems import judged
from accounts.api.routes import Routes
from accounts.http import who_hosts
from accounts.models import Area
from accounts.roles import Act
from domains import access, bounding, limits
from domains.api import rows
from mailboxes.limit_forms import LimitsForm, ResellerLimitsForm

routes = Routes(Area.DOMAINS, who_hosts)
MOST = "The postmaster's is not counted. None: no limit here; zero is zero."


class Limits(Sent):
    """What the account allows."""

    default_size_bytes: int | None = Field(None, description="Of a new mailbox; none: the plan's.")
    largest_size_bytes: int | None = Field(None, description="None: no limit here.")
    mailbox_limit: int | None = Field(None, description=MOST)


class ResellerLimits(Sent):
    """What its reseller allows: nobody in the account lifts it."""

    reseller_largest_size_bytes: int | None = Field(None, description="None: no limit here.")
    reseller_mailbox_limit: int | None = Field(None, description=MOST)


class LimitsOut(Limits, ResellerLimits):
    """Of several limits the tightest counts."""

    sizes_bytes: list[int] = Field(description="What a mailbox may be made, with all of it.")


@routes.show("/domains/{uuid:domain_id}/limits", Act.LOOK, LimitsOut)
def show_limits(request: Call, domain_id: UUID) -> LimitsOut:
    """Show what a domain allows."""
    domain = access.get_domain(request.membership, domain_id)
    names = (*bounding.OWN, *bounding.OF_RESELLER)
    kept = {name: getattr(domain, name) for name in names}
    return LimitsOut(**kept, sizes_bytes=limits.sizes(domain))


@routes.change(
    "PUT", "/domains/{uuid:domain_id}/limits", Act.LIMIT_DOMAINS, LimitsOut,
    shown=show_limits, rows=rows,
)  # fmt: skip
def change_limits(request: Call, domain_id: UUID, wanted: Limits) -> LimitsOut:
    """Choose what a domain allows.

    Within the plan, and within what the reseller allows. What is there already stays.
    """
    domain = access.get_domain_for_work(request.membership, domain_id)
    typed = judged(LimitsForm(wanted.model_dump(), domain=domain))
    bounding.limit_domain(domain=domain, **typed, actor=request.actor)
    return show_limits(request, domain_id)


@routes.change(
    "PUT", "/domains/{uuid:domain_id}/limits/reseller", Act.LIMIT_DOMAINS, LimitsOut,
    shown=show_limits, rows=rows,
)  # fmt: skip
def change_limits_as_reseller(request: Call, domain_id: UUID, wanted: ResellerLimits) -> LimitsOut:
    """Choose what a client's domain allows at most.

    For its reseller: nobody in the account goes beyond it, its owner included.
    """
    domain = access.get_domain_for_work(request.membership, domain_id)
    typed = judged(ResellerLimitsForm(wanted.model_dump(), domain=domain))
    bounding.limit_domain_as_reseller(domain=domain, **typed, actor=request.actor)
    return show_limits(request, domain_id)
