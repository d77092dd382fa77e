"""Suspending accounts and mailboxes: what is left of them counts at once for the mail servers."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import suspension
from accounts.audit import Actor
from accounts.models import Account, Suspension
from kuploy.errors import Refused
from mailboxes import jobs
from mailboxes.models import HostJob, Mailbox
from notifications.services import tell_of_suspension


@transaction.atomic
def suspend_account(*, account: Account, level: int, reason: str, actor: Actor) -> None:
    """All that it holds goes to that step, or stays at a higher one of its own."""
    held = _hold_account(account)
    before = held.suspension
    suspension.place(held, level, reason, actor)
    if before < Suspension.NO_SIGN_IN <= held.suspension:
        jobs.owe_kick_of_account(held)
    tell_of_suspension(row=held, account=held)


@transaction.atomic
def resume_account(*, account: Account, actor: Actor) -> None:
    held = _hold_account(account)
    suspension.lift(held, actor)
    tell_of_suspension(row=held, account=held)


def _hold_account(account: Account) -> Account:
    standing = Account.objects.select_for_update(no_key=True).filter(removed_at=None)
    held = standing.filter(pk=account.pk).first()
    if held is None:
        raise Refused(_("%(name)s is being removed.") % {"name": account})
    return held


@transaction.atomic
def suspend_mailbox(*, mailbox: Mailbox, level: int, reason: str, actor: Actor) -> None:
    held = _hold_mailbox(mailbox)
    before = held.suspension
    suspension.place(held, level, reason, actor)
    if before < Suspension.NO_SIGN_IN <= held.suspension:
        jobs.owe(held, HostJob.Kind.KICK)
    _tell(held)


@transaction.atomic
def resume_mailbox(*, mailbox: Mailbox, actor: Actor) -> None:
    held = _hold_mailbox(mailbox)
    suspension.lift(held, actor)
    _tell(held)


def _tell(mailbox: Mailbox) -> None:
    tell_of_suspension(
        row=mailbox, account=mailbox.account,
        domain_id=mailbox.domain_id, domain_name=mailbox.domain.unicode_name,
    )  # fmt: skip


def _hold_mailbox(mailbox: Mailbox) -> Mailbox:
    # The account first, as everywhere: who deletes the mailbox or suspends its domain holds that.
    Account.objects.select_for_update(no_key=True).get(pk=mailbox.account_id)
    locked = Mailbox.objects.select_for_update(of=("self",), no_key=True)
    locked = locked.select_related("account", "domain__account")
    held: Mailbox | None = (
        locked.exclude(state=Mailbox.State.DELETING).filter(pk=mailbox.pk).first()
    )
    if held is None:
        raise Refused(_("%(address)s is being deleted.") % {"address": mailbox})
    return held
