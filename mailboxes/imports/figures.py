"""What the provider's start page says of imports."""

from django.utils.translation import gettext as _

from kuploy.figures import Figure, Queue, counted, list_of
from mailboxes.imports.models import ImportJob

LIST = "imports_importjob"


def queue() -> Queue:
    jobs = ImportJob.objects.all()
    due = Figure(_("imports"), counted(jobs.due()), list_of(LIST))
    late = Figure(_("late"), counted(jobs.late()), list_of(LIST), alarming=True)
    return Queue("imports", [due], late)
