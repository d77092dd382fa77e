"""One function per thing that a reseller, or the provider, can do with a plan."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import ProtectedError
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Plan
from kuploy.errors import Refused
from mailboxes.models import Mailbox
from plans.moving import follow_message_cap

# What each billing band costs a month; None: it has no price.
Prices = Mapping[int, Decimal | None]


@transaction.atomic
def create_plan(*, plan: Plan, prices: Prices, actor: Actor) -> None:
    """Offer a plan that was filled in and judged, but not saved yet."""
    plan.save()
    _set_prices(plan, prices)
    audit(actor, "plan.created", plan)


@transaction.atomic
def edit_plan(*, plan: Plan, prices: Prices, actor: Actor) -> None:
    """Save what was changed. It counts at once: who has more keeps it, and gets nothing new."""
    held = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    # Whom it is for is another act, which may have come in between.
    before, after = (model_to_dict(each, exclude=["for_new_accounts"]) for each in (held, plan))
    changed = [name for name in after if after[name] != before[name]]
    plan.save(update_fields=changed)
    _set_prices(plan, prices)
    if "message_cap" in changed:
        follow_message_cap(Mailbox.objects.filter(account__plan=plan), plan)
    audit(actor, "plan.changed", plan, fields=changed)


def _set_prices(plan: Plan, prices: Prices) -> None:
    for band, monthly in prices.items():
        if monthly is None:
            plan.prices.filter(band_gb=band).delete()
        else:
            plan.prices.update_or_create(band_gb=band, defaults={"monthly": monthly})


@transaction.atomic
def retire_plan(*, plan: Plan, actor: Actor) -> None:
    """Who has it keeps it; nobody else gets it."""
    on_offer = Plan.objects.filter(pk=plan.pk, retired_at=None)
    if on_offer.filter(for_new_accounts=True).exists():
        raise Refused(_("New accounts get this plan. Choose another one for them first."))
    if not on_offer.update(retired_at=timezone.now()):
        raise Refused(_("%(plan)s is retired already.") % {"plan": plan})
    audit(actor, "plan.retired", plan)


@transaction.atomic
def offer_again(*, plan: Plan, actor: Actor) -> None:
    if not Plan.objects.filter(pk=plan.pk, retired_at__isnull=False).update(retired_at=None):
        raise Refused(_("%(plan)s is on offer already.") % {"plan": plan})
    audit(actor, "plan.offered_again", plan)


@transaction.atomic
def delete_plan(*, plan: Plan, actor: Actor) -> None:
    """Only one that no account has and no new account gets; who moves to it now, holds it."""
    held = Plan.objects.select_for_update().filter(pk=plan.pk).first()
    if held is None:
        raise Refused(_("%(plan)s is gone already.") % {"plan": plan})
    if held.for_new_accounts:
        raise Refused(_("New accounts get this plan. Choose another one for them first."))
    audit(actor, "plan.deleted", held)
    try:
        held.delete()
    except ProtectedError:
        raise Refused(_("A plan in use cannot be deleted, only retired.")) from None
