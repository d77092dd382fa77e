"""What pages of an account show of notifications besides their own content."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import MemberRequest
from accounts.models import Membership
from accounts.roles import Act
from notifications.models import Notice

register = template.Library()

MOST_SHOWN = 99


@register.simple_tag
def unread_count(membership: Membership) -> str:
    """Under the bell: empty for none, and never more than it has room for."""
    unread = Notice.objects.under_bell_of(membership).unread()
    count = unread[: MOST_SHOWN + 1].count()
    return f"{MOST_SHOWN}+" if count > MOST_SHOWN else str(count or "")


@register.simple_tag
def notification_tabs(request: MemberRequest) -> list[tuple[str, str]]:
    """The pages that the person may open; a reseller's own ones are in the own account."""
    own = [("list", _("Received")), ("settings", _("Settings"))]
    managed = [("webhooks", _("Webhooks")), ("deliveries", _("Deliveries"))]
    seat = request.membership
    names = ([] if seat.as_reseller else own) + (managed if seat.allows(Act.EDIT_WEBHOOKS) else [])
    return [
        (reverse(f"notifications:{name}", args=[request.account.slug]), label)
        for name, label in names
    ]
