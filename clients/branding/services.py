"""One function per thing that a reseller, or the provider, can do with a brand."""

import secrets
from collections.abc import Mapping
from hashlib import sha256

from django.db import transaction

from accounts.audit import Actor, audit
from accounts.models import Account, Branding, Logo


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
def clear_brand(*, account: Account, actor: Actor) -> None:
    """The provider takes it all away: the clients see the provider's own from then on."""
    branding = held(account)
    logo = branding.logo
    audit(actor, "brand.cleared", account, brand=branding.name, host=branding.host)
    branding.delete()
    if logo:
        logo.delete()
