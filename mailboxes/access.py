"""The only code that turns an id from a URL into a mailbox or an alias."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Membership
from kuploy.errors import Refused
from mailboxes.models import Alias, Mailbox


def get_mailbox(membership: Membership, pk: UUID) -> Mailbox:
    """To look at; a postmaster gets only those of the chosen domains."""
    visible = Mailbox.objects.visible_to(membership).select_related(
        "account__plan", "domain__account__plan", "invitation", "recovery"
    )
    mailbox: Mailbox = get_object_or_404(visible, pk=pk)
    return mailbox


def get_mailbox_for_work(membership: Membership, pk: UUID) -> Mailbox:
    """To change; never one that is being deleted."""
    mailbox = get_mailbox(membership, pk)
    if mailbox.state == Mailbox.State.DELETING:
        raise PermissionDenied(_("This mailbox is being deleted."))
    return mailbox


def get_mailbox_for_keys(membership: Membership, pk: UUID) -> Mailbox:
    """To set how it is opened. Of one's own only where the old password is asked for."""
    mailbox = get_mailbox_for_work(membership, pk)
    if membership.service == mailbox.address:
        raise Refused(_("Do this in the settings of your own mailbox."))
    return mailbox


def get_alias(membership: Membership, pk: UUID) -> Alias:
    visible = Alias.objects.visible_to(membership).select_related("account", "domain")
    alias: Alias = get_object_or_404(visible, pk=pk)
    return alias
