"""A reseller's plans for clients, for programs."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _
from ninja import Field, Query

from accounts.api.answers import Listing, Shown
from accounts.api.bodies import Sent
from accounts.api.choices import OneOf
from accounts.api.guard import Call
from accounts.api.paging import Window, by_number, listing, sealed
from accounts.api.problems import Entry, Invalid, judged
from accounts.api.routes import Routes
from accounts.http import who_sells
from accounts.models import Area, Plan
from accounts.roles import Act
from kuploy.codes import seal, unseal
from plans import access, services
from plans.forms import PlanForm

routes = Routes(Area.PLANS, who_sells)


class PlanIn(Sent):
    """What is left out stays as it is, or begins as in any new plan."""

    name: str = ""
    email_hosting: bool = True
    domain_limit: int | None = Field(None, description="null: no limit.")
    mailbox_limit: int | None = Field(None, description="null: no limit.")
    alias_limit: int | None = Field(None, description="null: no limit.")
    aliases_per_mailbox: int | None = Field(None, description="null: no limit.")
    default_size_bytes: int = Field(0, description="Of a new mailbox.")
    largest_size_bytes: int = 0
    allowed_sizes_gb: list[int] = []
    message_cap: int | None = Field(None, description="null: what belongs to the size.")
    catch_all: bool = True
    forwarding: Annotated[str, OneOf(Plan.Forwarding)] = Plan.Forwarding.USERS.value
    api: bool = True
    webhooks: bool = True
    migration: bool = True
    imports: bool = True
    prices: dict[str, Decimal | None] = Field(
        {}, description='A month of a mailbox in each billing band, such as {"8": "1.50"}.'
    )
    understood: bool = Field(False, description="Save it also where it no longer holds all.")


class PlanOut(Shown):
    id: UUID
    name: str
    retired: bool = Field(description="Who has it keeps it; nobody else gets it.")
    email_hosting: bool
    domain_limit: int | None
    mailbox_limit: int | None
    alias_limit: int | None
    aliases_per_mailbox: int | None
    default_size_bytes: int
    largest_size_bytes: int
    allowed_sizes_gb: list[int]
    message_cap: int | None
    catch_all: bool
    forwarding: Annotated[str, OneOf(Plan.Forwarding)]
    api: bool
    webhooks: bool
    migration: bool
    imports: bool
    prices: dict[str, Decimal]


def code_of(plan: Plan) -> UUID:
    return seal("plan", plan.pk)


def shown(plan: Plan) -> PlanOut:
    prices = {str(price.band_gb): price.monthly for price in plan.prices.all()}
    own = {"id", "retired", "prices"}
    rest = {name: getattr(plan, name) for name in PlanOut.model_fields if name not in own}
    return PlanOut(
        id=code_of(plan), retired=plan.retired_at is not None, prices=dict(sorted(prices.items())),
        **rest,
    )  # fmt: skip


def rows(plan_id: UUID) -> "QuerySet[Any]":
    return Plan.objects.filter(pk=unseal("plan", plan_id) or 0)


def _get(request: Call, plan_id: UUID) -> Plan:
    return access.get_plan(request.account, unseal("plan", plan_id) or 0)


class PlanFilter(Window):
    retired: bool | None = None


@routes.list("/plans", Act.EDIT_PLANS, PlanOut)
def list_plans(request: Call, chosen: Query[PlanFilter]) -> Listing:
    """List the plans for clients."""
    found = request.account.plans.prefetch_related("prices")
    if chosen.retired is not None:
        found = found.filter(retired_at__isnull=not chosen.retired)
    page = by_number(found, "plan", chosen)
    return listing(page, lambda found: [shown(each) for each in found], sealed("plan"))


@routes.create("/plans", Act.EDIT_PLANS, PlanOut)
def create_plan(request: Call, new: PlanIn) -> PlanOut:
    """Make a plan."""
    plan = Plan(owner=request.account)
    form = _judged(request, plan, new)
    services.create_plan(plan=plan, prices=form.prices, actor=request.actor)
    return shown(plan)


@routes.show("/plans/{uuid:plan_id}", Act.EDIT_PLANS, PlanOut)
def show_plan(request: Call, plan_id: UUID) -> PlanOut:
    """Show a plan."""
    return shown(_get(request, plan_id))


@routes.change(
    "PATCH", "/plans/{uuid:plan_id}", Act.EDIT_PLANS, PlanOut, shown=show_plan, rows=rows
)
def change_plan(request: Call, plan_id: UUID, change: PlanIn) -> PlanOut:
    """Change a plan.

    It counts at once: who has more keeps it, and gets nothing new.
    """
    plan = _get(request, plan_id)
    form = _judged(request, plan, change)
    services.edit_plan(plan=plan, prices=form.prices, actor=request.actor)
    return show_plan(request, plan_id)


def _judged(request: Call, plan: Plan, sent: PlanIn) -> PlanForm:
    """The form of the page, filled with the plan as it is and what was sent."""
    _check_bands(sent)
    data = model_to_dict(plan, fields=PlanForm.Meta.fields) | sent.model_dump(exclude_unset=True)
    prices = {str(price.band_gb): price.monthly for price in plan.prices.all()} if plan.pk else {}
    data |= {f"price_{band}": price for band, price in (prices | sent.prices).items()}
    form = PlanForm(data, instance=plan, owner=request.account)
    judged(form, {f"price_{band}": f"prices/{band}" for band in settings.BILLING_BANDS_GB})
    return form


def _check_bands(sent: PlanIn) -> None:
    known = [str(band) for band in settings.BILLING_BANDS_GB]
    detail = _("Mailboxes are invoiced in the bands %(known)s.") % {"known": ", ".join(known)}
    if unknown := sorted(sent.prices.keys() - set(known)):
        raise Invalid(Entry(detail=detail, pointer=f"#/prices/{band}") for band in unknown)


@routes.do("/plans/{uuid:plan_id}/retire", Act.EDIT_PLANS, PlanOut)
def retire_plan(request: Call, plan_id: UUID) -> PlanOut:
    """Retire a plan: who has it keeps it, nobody else gets it."""
    services.retire_plan(plan=_get(request, plan_id), actor=request.actor)
    return show_plan(request, plan_id)


@routes.do("/plans/{uuid:plan_id}/offer-again", Act.EDIT_PLANS, PlanOut)
def offer_plan_again(request: Call, plan_id: UUID) -> PlanOut:
    """Offer a retired plan again."""
    services.offer_again(plan=_get(request, plan_id), actor=request.actor)
    return show_plan(request, plan_id)


@routes.remove("/plans/{uuid:plan_id}", Act.EDIT_PLANS, shown=show_plan, rows=rows)
def delete_plan(request: Call, plan_id: UUID) -> None:
    """Delete a plan that nobody has."""
    services.delete_plan(plan=_get(request, plan_id), actor=request.actor)
