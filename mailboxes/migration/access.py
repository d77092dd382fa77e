"""The only code that turns a code from a URL into a migration or one of its mailboxes."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import Membership
from mailboxes.migration.models import MigrationJob, MigrationMailbox


def get_job(membership: Membership, code: UUID) -> MigrationJob:
    job: MigrationJob = get_object_or_404(
        MigrationJob.objects.select_related("account"), account=membership.account, code=code
    )
    return job


def get_move(membership: Membership, code: UUID) -> MigrationMailbox:
    visible = MigrationMailbox.objects.filter(job__account=membership.account)
    move: MigrationMailbox = get_object_or_404(
        visible.select_related("job__account", "mailbox__domain"), code=code
    )
    return move
