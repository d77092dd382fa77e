"""What the provider's start page says of space."""

from django.utils.translation import gettext as _

from kuploy.figures import Figure, counted, list_of
from quotas.models import Change, Filling

PILE = 50_000


def full() -> Figure:
    found = counted(Filling.objects.over(100))
    return Figure(_("Full mailboxes"), found, list_of("quotas_filling", level=100))


def changes() -> Figure:
    found = counted(Change.objects.all())
    return Figure(_("changes of usage to judge"), found, list_of("quotas_usage"))


def nobody_judges() -> bool:
    """A settlement a second takes thousands: with so many waiting there is none."""
    return Change.objects.order_by("pk")[PILE : PILE + 1].exists()
