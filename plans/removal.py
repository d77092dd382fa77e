"""An account goes: closed to everybody at once; closing.py sees to the rest."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Account, Hand
from accounts.suspension import hand_of
from kuploy.errors import Refused
from kuploy.queue import after_commit
from mailboxes import blocking
from mailboxes.models import Mailbox
from plans import closing, tasks


@transaction.atomic
def remove_account(*, account: Account, actor: Actor) -> None:
    """Irreversible. Its people are out at once; its domains and their mail follow in seconds."""
    held = blocking.hold(account)
    _check_may_go(held)
    _check_no_evidence(held, actor)
    Account.objects.filter(pk=held.pk).update(removed_at=timezone.now())
    closing.be_quiet(held)
    audit(
        actor, "account.removed", held, domains=held.domain_count, mailboxes=held.mailbox_count
    )  # fmt: skip
    after_commit(tasks.finish_removal, str(held.pk))


def _check_may_go(account: Account) -> None:
    if account.removed_at:
        raise Refused(_("%(name)s is being removed already.") % {"name": account})
    if account.kind == Account.Kind.PROVIDER:
        raise Refused(_("The account of the provider stays."))
    # Those that are being removed, too: what they held counts in its plan until it is gone.
    if account.clients.exists():
        raise Refused(
            _("%(name)s has clients. Remove them or give them to another reseller first.")
            % {"name": account}
        )


def _check_no_evidence(account: Account, actor: Actor) -> None:
    """What the provider has suspended is its to settle first."""
    if hand_of(actor) is Hand.PROVIDER:
        return
    parts = (account.domains, Mailbox.objects.filter(account=account))
    if account.provider_step or any(rows.filter(provider_step__gt=0).exists() for rows in parts):
        raise Refused(
            _("The provider has suspended %(name)s or a part of it. Ask them to end that first.")
            % {"name": account}
        )
