"""Which plan those get who sign up."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Plan
from kuploy.errors import Refused


@transaction.atomic
def choose(*, plan: Plan, actor: Actor) -> None:
    """From now on new accounts get this plan, and not the one that they got so far."""
    # All in one order: of two choices at once the later one stands.
    held = list(Plan.objects.filter(owner=None).order_by("pk").select_for_update(no_key=True))
    if not any(each.pk == plan.pk and each.retired_at is None for each in held):
        raise Refused(_("New accounts need a plan of the provider's that is on offer."))
    Plan.objects.filter(for_new_accounts=True).update(for_new_accounts=False)
    Plan.objects.filter(pk=plan.pk).update(for_new_accounts=True)
    audit(actor, "plan.chosen_for_sign_up", plan)
