"""The only code that turns an id from a URL into an import."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import Membership
from mailboxes.imports.models import ImportJob


def get_import(membership: Membership, pk: UUID) -> ImportJob:
    visible = ImportJob.objects.visible_to(membership).select_related("account__plan", "user")
    return get_object_or_404(visible, pk=pk)
