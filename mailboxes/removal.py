"""Deleting mailboxes and domains: at once for the world, on disk as soon as the host can."""

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Account
from accounts.suspension import check_may_delete
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes import jobs
from mailboxes.holding import hold_domains
from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage


@transaction.atomic
def delete_mailbox(*, mailbox: Mailbox, actor: Actor) -> None:
    """Irreversible. The row stays visible to Dovecot until its mail is gone from disk."""
    if mailbox.is_postmaster:
        raise Refused(_("The postmaster mailbox goes only with its domain."))
    # The account first, as everywhere: who blocks its mailboxes holds it and waits for this one.
    Account.objects.select_for_update(no_key=True).get(pk=mailbox.account_id)
    hold_domains([mailbox.domain_id])
    check_may_delete(Mailbox.objects.select_related("domain__account").get(pk=mailbox.pk), actor)
    living = Mailbox.objects.filter(pk=mailbox.pk).exclude(state=Mailbox.State.DELETING)
    if not living.update(state=Mailbox.State.DELETING):
        raise Refused(_("%(address)s is being deleted already.") % {"address": mailbox})
    audit(actor, "mailbox.deleted", mailbox)
    jobs.owe(mailbox, HostJob.Kind.PURGE)


@transaction.atomic
def remove_domain(*, domain: Domain, actor: Actor) -> None:
    """The domain with its aliases, alias domains and mailboxes; the name is free at once."""
    # The account first, as everywhere: who creates a mailbox holds it and waits for the domain.
    Account.objects.select_for_update(no_key=True).get(pk=domain.account_id)
    living = Domain.objects.exclude(status=Domain.Status.REMOVING).select_for_update()
    locked = living.filter(pk=domain.pk).first()
    if locked is None:
        raise Refused(_("%(domain)s is being removed already.") % {"domain": domain})
    boxes = domain.mailboxes.exclude(state=Mailbox.State.DELETING)
    check_may_delete(locked, actor, boxes, domain.alias_domains.all())
    audit(actor, "domain.removed", domain, mailboxes=locked.mailbox_count)
    domain.alias_domains.all().delete()
    domain.aliases.all().delete()
    doomed = list(boxes)
    boxes.update(state=Mailbox.State.DELETING)
    jobs.owe_all(doomed, HostJob.Kind.PURGE)
    if not domain.mailboxes.exists():
        domain.delete()
        return
    Domain.objects.filter(pk=domain.pk).update(
        status=Domain.Status.REMOVING, proved_at=None, deliver_here=False, catch_all=""
    )


def mail_of(domain: Domain) -> int:
    """Bytes of mail that would go with the domain."""
    addresses = domain.mailboxes.values("address")
    return Usage.objects.filter(username__in=addresses).aggregate(all=Sum("bytes"))["all"] or 0
