"""The only code that turns an id from a URL into a domain."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Membership
from domains.models import Domain


def get_domain(membership: Membership, pk: UUID) -> Domain:
    """To look at; a postmaster gets only the chosen domains."""
    domains = Domain.objects.visible_to(membership).select_related("account__plan", "alias_of")
    return get_object_or_404(domains, pk=pk)


def get_domain_for_work(membership: Membership, pk: UUID) -> Domain:
    """To change; never one that is being removed."""
    domain = get_domain(membership, pk)
    if domain.status == Domain.Status.REMOVING:
        raise PermissionDenied(_("This domain is being removed."))
    return domain
