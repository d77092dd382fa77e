"""One function per thing a person can do with a mailbox or an alias."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Account
from accounts.room import Countable, claim_room
from domains import limits
from domains.leading import claim_new_way
from domains.models import Domain
from kuploy.among import among
from kuploy.errors import Refused
from kuploy.throttle import throttle
from mailboxes import credentials, jobs, passwords, rules
from mailboxes.holding import hold_domains
from mailboxes.models import (
    POSTMASTER,
    POSTMASTER_BYTES,
    POSTMASTER_MESSAGES,
    Alias,
    HostJob,
    Mailbox,
)
from quotas.limits import message_cap
from quotas.models import Usage

# Each change of size may raise an alert and write to the user: nobody makes a flood of that.
SIZES_PER_HOUR = 20
# Dovecot answers a few dozen a second, on a host that others share.
MEASURES_PER_MINUTE = 60


def create_mailbox(
    *,
    domain: Domain,
    local_part: str,
    display_name: str,
    password: str,
    quota_bytes: int | None,
    language: str = "en",
    actor: Actor,
) -> Mailbox:
    """A mailbox that can be signed in to the moment this commits; for no size the domain's own."""
    password_hash = passwords.hash_password(password)  # slow on purpose: not under the lock
    address = f"{local_part}@{domain.name}"
    with _taking(address, Mailbox):
        claim_room(domain.account, Countable.MAILBOX)
        held = _check_free(domain, address, Alias)
        limits.check_mailbox_room(held)
        quota_bytes = limits.size_for(held, quota_bytes)
        mailbox = new_mailbox(
            domain=held,
            local_part=local_part,
            display_name=display_name,
            password_hash=password_hash,
            quota_bytes=quota_bytes,
            language=language,
        )
        mailbox.save(force_insert=True)
        audit(actor, "mailbox.created", mailbox, size=quota_bytes)
    return mailbox


def new_mailbox(
    *,
    domain: Domain,
    local_part: str,
    display_name: str,
    password_hash: str,
    quota_bytes: int,
    language: str,
) -> Mailbox:
    """Not saved yet: an import saves many at once."""
    return Mailbox(
        account=domain.account,
        domain=domain,
        local_part=local_part,
        address=f"{local_part}@{domain.name}",
        display_name=display_name,
        password_hash=password_hash,
        quota_bytes=quota_bytes,
        quota_messages=message_cap(quota_bytes, domain.account.plan.message_cap),
        language=language,
    )


def create_postmaster(domain: Domain) -> None:
    """The service mailbox that comes with each proved domain: 50 MB, not resizable."""
    if domain.alias_of_id:
        return
    address = f"{POSTMASTER}@{domain.name}"
    free_from_deleted([address])
    Mailbox.objects.get_or_create(
        address=address,
        defaults={
            "account": domain.account,
            "domain": domain,
            "local_part": POSTMASTER,
            "password_hash": domain.postmaster_hash or passwords.unusable(),
            "quota_bytes": POSTMASTER_BYTES,
            "quota_messages": POSTMASTER_MESSAGES,
        },
    )
    Domain.objects.filter(pk=domain.pk).exclude(postmaster_hash="").update(postmaster_hash="")


def create_alias(*, domain: Domain, local_part: str, targets: list[str], actor: Actor) -> Alias:
    address = f"{local_part}@{domain.name}"
    with _taking(address, Alias):
        claim_room(domain.account, Countable.ALIAS)
        claim_new_way(domain, actor)
        limits.check_alias_room(_check_free(domain, address, Mailbox))
        alias = new_alias(domain=domain, local_part=local_part, targets=targets)
        alias.save(force_insert=True)
        rules.alias_changed(targets)
        audit(actor, "alias.created", alias, targets=targets)
    return alias


def new_alias(*, domain: Domain, local_part: str, targets: list[str]) -> Alias:
    """Not saved yet: an import saves many at once."""
    address = f"{local_part}@{domain.name}"
    return Alias(
        account=domain.account,
        domain=domain,
        local_part=local_part,
        address=address,
        targets=targets,
    )


@contextmanager
def _taking(address: str, kind: type[Mailbox | Alias]) -> Iterator[None]:
    """A transaction that is refused as a whole when the address turns out to be in use."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        taken = kind.objects.filter(address=address).first()
        if taken is None:
            raise
        raise Refused(taken_words(taken)) from None


def _check_free(domain: Domain, address: str, other: type[Mailbox | Alias]) -> Domain:
    """The domain as it is now, with the address free in it.

    The account's row is locked: no mailbox and alias can take one address together.
    """
    hold_domains([domain.pk])
    # Asked again now: it may have been removed since the page was loaded.
    usable = Domain.objects.primary().filter(status=Domain.Status.ACTIVE)
    held = usable.select_related("account__plan").filter(pk=domain.pk).first()
    if held is None:
        raise Refused(_("Addresses need an active domain that is not an alias of another."))
    free_from_deleted([address])
    if taken := other.objects.filter(address=address).first():
        raise Refused(taken_words(taken))
    return held


def free_from_deleted(addresses: Sequence[str]) -> None:
    """Mailboxes whose mail is still being removed give up their addresses to new ones."""
    leaving = Mailbox.objects.filter(address__in=among(addresses), state=Mailbox.State.DELETING)
    if left := list(leaving.values_list("address", flat=True)):
        leaving.update(address=Concat(Cast("id", CharField()), Value(".deleted")))
        Usage.objects.filter(username__in=left).delete()


def taken_words(row: Mailbox | Alias) -> str:
    kind = _("a mailbox") if isinstance(row, Mailbox) else _("an alias")
    return _("%(address)s is %(kind)s already.") % {"address": row, "kind": kind}


@transaction.atomic
def edit_mailbox(
    *, mailbox: Mailbox, display_name: str, quota_bytes: int, language: str, actor: Actor
) -> None:
    """Change name, size and language; the postmaster's size is fixed."""
    before = mailbox.quota_bytes
    if quota_bytes != before:
        if mailbox.is_postmaster:
            raise Refused(_("The size of the postmaster mailbox is fixed."))
        limits.size_for(mailbox.domain, quota_bytes)
        throttle(f"size:{mailbox.pk}", limit=SIZES_PER_HOUR, seconds=3600)
        mailbox.quota_messages = message_cap(quota_bytes, mailbox.account.plan.message_cap)
    mailbox.display_name, mailbox.quota_bytes = display_name, quota_bytes
    mailbox.language = language
    mailbox.save(update_fields=["display_name", "quota_bytes", "quota_messages", "language"])
    audit(
        actor, "mailbox.changed", mailbox,
        size_before=before, size=quota_bytes, language=language,
    )  # fmt: skip


@transaction.atomic
def change_language(*, mailbox: Mailbox, language: str, actor: Actor) -> None:
    """In which the user of the mailbox is written to."""
    mailbox.language = language
    mailbox.save(update_fields=["language"])
    audit(actor, "mailbox.language_changed", mailbox, language=language)


def measure_mailbox(*, mailbox: Mailbox) -> None:
    """Have Dovecot asked how full it is now; its answer is in the usage row soon."""
    try:
        throttle(f"measure:{mailbox.pk}", limit=10, seconds=60)
    except Refused:
        raise Refused(
            _("%(address)s was measured several times just now. Try again in a minute.")
            % {"address": mailbox}
        ) from None
    throttle(f"measures:{mailbox.account_id}", limit=MEASURES_PER_MINUTE, seconds=60)
    with transaction.atomic():
        jobs.owe_measure(mailbox)


def change_password(*, mailbox: Mailbox, password: str, actor: Actor) -> None:
    """The new one counts at once, the old one no more; open sessions end."""
    password_hash = passwords.hash_password(password)
    with transaction.atomic():
        Mailbox.objects.filter(pk=mailbox.pk).update(password_hash=password_hash)
        audit(actor, "mailbox.password_changed", mailbox)
        credentials.password_changed(mailbox)


@transaction.atomic
def end_sessions(*, mailbox: Mailbox, actor: Actor) -> None:
    """Whoever is signed in has to sign in again; mail programs do so by themselves."""
    if mailbox.state == Mailbox.State.DELETING:
        raise Refused(_("%(address)s is being deleted.") % {"address": mailbox})
    audit(actor, "mailbox.sessions_ended", mailbox)
    jobs.owe(mailbox, HostJob.Kind.KICK)


@transaction.atomic
def disable_mailbox(*, mailbox: Mailbox, actor: Actor) -> None:
    """No sign-in and no new mail from now on; what is there stays."""
    _move(mailbox, Mailbox.State.ACTIVE, Mailbox.State.DISABLED)
    audit(actor, "mailbox.disabled", mailbox)
    jobs.owe(mailbox, HostJob.Kind.KICK)


@transaction.atomic
def enable_mailbox(*, mailbox: Mailbox, actor: Actor) -> None:
    _move(mailbox, Mailbox.State.DISABLED, Mailbox.State.ACTIVE)
    audit(actor, "mailbox.enabled", mailbox)


def _move(mailbox: Mailbox, before: Mailbox.State, after: Mailbox.State) -> None:
    if not Mailbox.objects.filter(pk=mailbox.pk, state=before).update(state=after):
        raise Refused(_("The state of %(address)s has changed. Look again.") % {"address": mailbox})
    mailbox.state = after


@transaction.atomic
def edit_alias(*, alias: Alias, targets: list[str], actor: Actor) -> None:
    if set(targets) - set(alias.targets):
        claim_new_way(alias.domain, actor)
    before, alias.targets = alias.targets, targets
    alias.save(update_fields=["targets"])
    rules.alias_changed(before, targets)
    audit(actor, "alias.changed", alias, before=before, targets=targets)


@transaction.atomic
def delete_alias(*, alias: Alias, actor: Actor) -> None:
    Account.objects.select_for_update(no_key=True).get(pk=alias.account_id)
    hold_domains([alias.domain_id])
    if not Alias.objects.filter(pk=alias.pk).exists():
        raise Refused(_("%(address)s is gone already.") % {"address": alias})
    audit(actor, "alias.deleted", alias, targets=alias.targets)
    alias.delete()
    rules.alias_changed(alias.targets)
