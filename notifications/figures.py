"""What the provider's start page says of telling people."""

from datetime import timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kuploy.figures import MOST_COUNTED, Figure, Queue, counted, list_of
from notifications.models import Channel, Delivery

LIST = "notifications_delivery"
A_DAY = timedelta(days=1)


def failed() -> Figure:
    """Given up within a day, among the newest that were given up."""
    newest = Delivery.objects.in_state("failed").order_by("-pk")[: MOST_COUNTED + 1]
    of_today = Delivery.objects.filter(pk__in=newest.values("pk"), tried_at__gt=Now() - A_DAY)
    label = _("Deliveries given up since yesterday")
    return Figure(label, of_today.count(), list_of(LIST, state="failed"), True)


def stopped() -> Figure:
    found = counted(Channel.objects.exclude(state=Channel.State.ACTIVE))
    link = list_of("notifications_channel", state__in="paused,disabled")
    return Figure(_("Webhooks that were stopped"), found, link)


def deliveries() -> Queue:
    found = counted(Delivery.objects.due())
    due = Figure(_("deliveries due"), found, list_of(LIST, state="waiting"))
    late = Figure(_("late"), counted(Delivery.objects.late()), list_of(LIST, late=1), True)
    return Queue("deliveries", [due], late)
