"""What a plan includes beyond numbers, and the sentence for what it leaves out."""

from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.models import Account, Plan
from kuploy.errors import Refused


class Feature(StrEnum):
    """Named as the column of the plan."""

    HOSTING = "email_hosting"
    CATCH_ALL = "catch_all"
    FORWARDING = "forwarding"
    WEBHOOKS = "webhooks"
    API = "api"
    MIGRATION = "migration"
    IMPORTS = "imports"


def includes(plan: Plan, feature: Feature) -> bool:
    return getattr(plan, feature) not in (False, Plan.Forwarding.OFF)


def claim_feature(account: Account, feature: Feature) -> None:
    """Hold the account's row until commit, and refuse what its plan leaves out.

    A move to a plan without it looks for what is in use: it comes before or after.
    """
    locked = Account.objects.select_for_update(of=("self",), no_key=True)
    held = locked.select_related("plan", "reseller").get(pk=account.pk)
    if not includes(held.plan, feature):
        raise Refused(left_out(held, feature))


def left_out(account: Account, feature: Feature) -> str:
    """That it is not in the plan, and whom to ask."""
    sentence = {
        Feature.HOSTING: _("E-mail hosting is not part of your plan. Contact %(whom)s to add it."),
        Feature.CATCH_ALL: _("A catch-all is not part of your plan. Contact %(whom)s to add it."),
        Feature.FORWARDING: _("Forwarding is not part of your plan. Contact %(whom)s to add it."),
        Feature.API: _("The API is not part of your plan. Contact %(whom)s to add it."),
        Feature.WEBHOOKS: _("Webhooks are not part of your plan. Contact %(whom)s to add them."),
        Feature.MIGRATION: _("Migration is not part of your plan. Contact %(whom)s to add it."),
        Feature.IMPORTS: _("Imports are not part of your plan. Contact %(whom)s to add them."),
    }[feature]
    whom = account.reseller.name if account.reseller else _("your administrator")
    return sentence % {"whom": whom}
