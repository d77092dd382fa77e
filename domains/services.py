"""One function per thing a customer or an admin can do with a domain."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import suspension
from accounts.audit import Actor, audit
from accounts.features import Feature, claim_feature
from accounts.models import Account, Suspension
from accounts.room import Countable, claim_room
from domains import hooks, keys, mta_sts, tasks
from domains.connect import links
from domains.dns.findings import Kind
from domains.leading import claim_new_way
from domains.models import DkimKey, DnsProvider, Domain
from kuploy.errors import Refused
from kuploy.queue import after_commit
from notifications.services import tell_of_suspension


def add_domain(
    *, account: Account, name: str, alias_of: Domain | None = None, actor: Actor
) -> Domain:
    """Claim a name. It stays pending until its ownership is proved."""
    with transaction.atomic():
        claim_room(account, Countable.DOMAIN)
        domain = _claim(account, name, alias_of)
        audit(actor, "domain.added", domain, alias_of=alias_of and alias_of.name)
        _queue_check(domain)
    return domain


def _claim(account: Account, name: str, alias_of: Domain | None) -> Domain:
    # Looked at again under the account's lock: it may be gone by now.
    targets = Domain.objects.filter(account=account).exclude(status=Domain.Status.REMOVING)
    if alias_of and not targets.filter(pk=alias_of.pk).exists():
        raise Refused(_("%(name)s is being removed.") % {"name": alias_of})
    try:
        with transaction.atomic():
            domain = Domain(account=account, name=name, alias_of=alias_of)
            add_domains([domain], [keys.new_key()])
            return domain
    except IntegrityError as error:
        raise Refused(claimed_words(Domain.objects.get(account=account, name=name))) from error


def add_domains(domains: Sequence[Domain], signing: Sequence[DkimKey]) -> None:
    """New ones with a key each. The caller holds the account, and has asked whether there is room.

    Their first check is due at once.
    """
    Domain.objects.bulk_create(domains)
    for domain, key in zip(domains, signing, strict=True):
        key.domain = domain
    DkimKey.objects.bulk_create(signing)


def claimed_words(domain: Domain) -> str:
    if domain.status == Domain.Status.REMOVING:
        return _("%(name)s is still being removed. Try again in a few minutes.") % {"name": domain}
    return _("%(name)s is in this account already.") % {"name": domain}


@transaction.atomic
def request_check(*, domain: Domain, actor: Actor) -> None:
    """Queue one DNS check, unless one is under way or was asked for within CHECK_COOLDOWN."""
    if not _queue_check(domain):
        raise Refused(
            _("%(domain)s is being checked, or was moments ago. Try again shortly.")
            % {"domain": domain}
        )
    audit(actor, "domain.check_requested", domain)


def _queue_check(domain: Domain) -> bool:
    now = timezone.now()
    due = Domain.objects.free_to_check(now).filter(pk=domain.pk)
    # The UPDATE settles a race between two clicks: the loser changes no row.
    if not due.update(check_queued_at=now, next_check_at=now):
        return False
    after_commit(tasks.check_domain, str(domain.pk))
    if links.is_on():
        DnsProvider.objects.update_or_create(domain=domain, defaults={"asked_at": now})
        after_commit(tasks.ask_dns_provider, str(domain.pk))
    return True


@transaction.atomic
def set_spam_level(*, domain: Domain, level: str, actor: Actor) -> None:
    """From the next message on."""
    Domain.objects.filter(pk=domain.pk).update(spam_level=level)
    audit(actor, "domain.spam_level", domain, before=domain.spam_level, after=level)


@transaction.atomic
def set_mta_sts(*, domain: Domain, mode: str, actor: Actor) -> None:
    """Other servers learn of it by the record's new id, which a check then looks for."""
    held = _hold(domain)
    if mode == held.mta_sts:
        return
    mta_sts.claim_mode(held, mode)
    Domain.objects.filter(pk=held.pk).update(mta_sts=mode)
    # What was right is not any more. Without a verdict the next check looks again.
    held.record_checks.filter(kind=Kind.MTA_STS).delete()
    audit(actor, "domain.mta_sts", held, before=held.mta_sts, after=mode)
    _queue_check(held)


@transaction.atomic
def set_catch_all(*, domain: Domain, address: str, actor: Actor) -> None:
    if address and address != domain.catch_all:  # one from before may stay, and be ended
        claim_feature(domain.account, Feature.CATCH_ALL)
        claim_new_way(domain, actor)
    Domain.objects.filter(pk=domain.pk).update(catch_all=address)
    audit(actor, "domain.catch_all", domain, address=address)


@transaction.atomic
def suspend_domain(*, domain: Domain, level: int, reason: str, actor: Actor) -> None:
    """All of its mailboxes and aliases go to that step, or stay at a higher one of their own."""
    held = _hold(domain)
    before = held.suspension
    suspension.place(held, level, reason, actor)
    if before < Suspension.NO_SIGN_IN <= held.suspension:
        for hook in hooks.closed:
            hook(held)
    _tell(held)


@transaction.atomic
def resume_domain(*, domain: Domain, actor: Actor) -> None:
    held = _hold(domain)
    suspension.lift(held, actor)
    _tell(held)


def _tell(domain: Domain) -> None:
    tell_of_suspension(
        row=domain, account=domain.account, domain_id=domain.pk, domain_name=domain.unicode_name
    )


def _hold(domain: Domain) -> Domain:
    # The account first, as everywhere: who removes the domain or adds to it holds that.
    Account.objects.select_for_update(no_key=True).get(pk=domain.account_id)
    locked = Domain.objects.select_for_update(of=("self",), no_key=True).select_related("account")
    held = locked.exclude(status=Domain.Status.REMOVING).filter(pk=domain.pk).first()
    if held is None:
        raise Refused(_("%(name)s is being removed.") % {"name": domain})
    return held
