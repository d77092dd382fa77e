"""Passwords of the source: encrypted, and kept no longer than they are needed."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kuploy import crypto
from mailboxes.migration.models import (
    PASSWORDS_KEPT,
    MigrationJob,
    MigrationMailbox,
    State,
)


def seal(password: str) -> bytes | None:
    return crypto.encrypt(password.encode()) if password else None


@transaction.atomic
def erase_old() -> None:
    """Of jobs that nobody has given a password to for 30 days; what still waits is told why."""
    old = MigrationJob.objects.filter(passwords_at__lt=Now() - PASSWORDS_KEPT)
    left = MigrationMailbox.objects.filter(job__in=old)
    unfinished = left.filter(state__in=(State.WAITING, State.PAUSED))
    reason = _("Its password was erased after 30 days: type it again.")
    with_one = Q(password__isnull=False) | Q(job__master_password__isnull=False)
    unfinished.filter(with_one).update(state=State.FAILED, last_error=reason)
    left.filter(password__isnull=False).update(password=None)
    old.filter(master_password__isnull=False).update(master_password=None)
