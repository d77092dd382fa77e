"""One function per thing that a reseller, or the provider, can do with a brand."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Account, Branding, Logo
from clients import tasks
from kuploy.errors import Refused
from kuploy.queue import after_commit

CHECK_COOLDOWN = timedelta(seconds=5)


def branding_of(account: Account) -> Branding:
    """As it is; one that was never saved is the provider's in everything."""
    found: Branding | None = getattr(account, "branding", None)
    return found or Branding(account=account)


def held(account: Account) -> Branding:
    """The row, which nobody else changes until the transaction ends."""
    Branding.objects.get_or_create(account=account)
    rows = Branding.objects.select_related("account", "logo")
    return rows.select_for_update(of=("self",)).get(account=account)


@transaction.atomic
def change_brand(*, account: Account, looks: Mapping[str, str], actor: Actor) -> None:
    """Name, sender, support address and colours, judged already. They count at once."""
    branding = held(account)
    changed = [name for name, value in looks.items() if getattr(branding, name) != value]
    for name in changed:
        setattr(branding, name, looks[name])
    if changed:
        branding.save(update_fields=changed)
        audit(actor, "brand.changed", account, fields=changed)


@transaction.atomic
def set_logo(*, account: Account, picture: bytes, actor: Actor) -> None:
    branding = held(account)
    # Salted: two resellers with one picture have a row each, so neither can take the other's.
    digest = sha256(secrets.token_bytes(16) + picture).hexdigest()
    logo = Logo.objects.create(digest=digest, content=picture)
    _replace_logo(branding, logo)
    audit(actor, "brand.logo_set", account, bytes=len(picture))


@transaction.atomic
def remove_logo(*, account: Account, actor: Actor) -> None:
    """Safe twice."""
    branding = held(account)
    if branding.logo:
        _replace_logo(branding, None)
        audit(actor, "brand.logo_removed", account)


def _replace_logo(branding: Branding, logo: Logo | None) -> None:
    before, branding.logo = branding.logo, logo
    branding.save(update_fields=["logo"])
    if before:
        before.delete()


@transaction.atomic
def want_host(*, account: Account, host: str, actor: Actor) -> None:
    """Ask for a name under which clients sign in; one that counts goes on until this one does."""
    branding = held(account)
    if branding.wanted_host == host:
        return
    branding.wanted_host, branding.host_findings = host, {}
    branding.host_queued_at = branding.host_next_check_at = timezone.now()
    branding.host_checked_at = None
    branding.save()
    audit(actor, "brand.host_wanted", account, host=host)
    after_commit(tasks.check_host, str(branding.pk))


@transaction.atomic
def request_check(*, account: Account, actor: Actor) -> None:
    """Queue one look at the DNS, unless one was asked for within CHECK_COOLDOWN."""
    now = timezone.now()
    rows = Branding.objects.filter(account=account).exclude(wanted_host="")
    due = rows.filter(Q(host_queued_at=None) | Q(host_queued_at__lt=now - CHECK_COOLDOWN))
    # The UPDATE settles a race between two clicks: the loser changes no row.
    if not due.update(host_queued_at=now, host_next_check_at=now):
        raise Refused(_("The name was looked up moments ago. Try again shortly."))
    audit(actor, "brand.host_check_requested", account)
    after_commit(tasks.check_host, str(account.pk))


@transaction.atomic
def give_up_host(*, account: Account, actor: Actor) -> None:
    """At once: nothing answers under it, and mail leads to the panel's own name. Safe twice."""
    branding = held(account)
    if not branding.wanted_host:
        return
    audit(actor, "brand.host_given_up", account, host=branding.host or branding.wanted_host)
    branding.host, branding.wanted_host, branding.host_findings = None, "", {}
    branding.host_queued_at = branding.host_checked_at = None
    branding.host_next_check_at = branding.host_left_at = None
    branding.save()


@transaction.atomic
def clear_brand(*, account: Account, actor: Actor) -> None:
    """The provider takes it all away: the clients see the provider's own from then on."""
    branding = held(account)
    logo = branding.logo
    audit(actor, "brand.cleared", account, brand=branding.name, host=branding.host)
    branding.delete()
    if logo:
        logo.delete()
