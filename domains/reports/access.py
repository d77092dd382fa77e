"""The only code that turns an id from a URL into a domain with reports."""

from uuid import UUID

from django.conf import settings
from django.http import Http404

from accounts.models import Membership
from domains import access
from domains.models import Domain


def get_reported(membership: Membership, pk: UUID) -> Domain:
    """A domain to look at; none where nobody is asked for reports."""
    if not settings.REPORTS_ADDRESS:
        raise Http404
    return access.get_domain(membership, pk)
