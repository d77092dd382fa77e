"""What the provider's start page says of domains."""

from django.utils.translation import gettext as _

from domains.models import Domain, ZoneRecord
from kuploy.figures import Figure, Queue, counted, list_of

LIST = "domains_domain"


def broken() -> Figure:
    found = counted(Domain.objects.broken())
    return Figure(_("Domains with broken DNS"), found, list_of(LIST, records="broken"), True)


def trouble_with_key_zone() -> str:
    """Why our own zone of signing keys cannot be changed; empty where it can."""
    failing = ZoneRecord.objects.failing()
    last = failing.order_by("-failing_since").first()
    words = _("Changes that wait for our zone of signing keys: %(count)s. %(reason)s")
    return words % {"count": counted(failing), "reason": last.failure} if last else ""


def checks() -> Queue:
    late = Figure(_("late"), counted(Domain.objects.late()), list_of(LIST, late=1), True)
    due = Figure(_("domains to check"), counted(Domain.objects.due()), list_of(LIST))
    return Queue("checks", [due], late)
