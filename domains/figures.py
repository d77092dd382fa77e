"""What the provider's start page says of domains."""

from django.utils.translation import gettext as _

from domains.models import Domain
from kuploy.figures import Figure, Queue, counted, list_of

LIST = "domains_domain"


def broken() -> Figure:
    found = counted(Domain.objects.broken())
    return Figure(_("Domains with broken DNS"), found, list_of(LIST, records="broken"), True)


def checks() -> Queue:
    late = Figure(_("late"), counted(Domain.objects.late()), list_of(LIST, late=1), True)
    due = Figure(_("domains to check"), counted(Domain.objects.due()), list_of(LIST))
    return Queue("checks", [due], late)
