"""One function per thing that people can do with accounts, seats and invitations."""

import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import invitations, tasks, tokens
from accounts.audit import Actor, audit
from accounts.models import Account, Invitation, Membership, Plan, Role, User, branded
from accounts.room import check_pool_takes
from kuploy.errors import Refused
from kuploy.queue import after_commit
from kuploy.throttle import throttle

INVITATIONS_PER_DAY = 50
# First parts of the panel's own addresses; no account may hide them.
RESERVED_SLUGS = {
    *("addresses", "admin", "api", "auth", "brand", "healthz", "invitations", "mailbox", "static"),
}


@transaction.atomic
def open_account(*, name: str, owner: User) -> Account:
    """A new tenant on the plan for sign-ups, with its first owner."""
    account = _create_with_free_slug(name, Plan.objects.for_sign_up())
    Membership.objects.create(user=owner, account=account, role=Role.OWNER)
    audit(Actor(account, owner), "account.opened", account)
    return account


def _create_with_free_slug(name: str, plan: Plan, **fields: Any) -> Account:
    stem = slugify(name)[:50] or "account"
    # By chance, not counted up: a thousand accounts may have one name.
    for slug in (stem, *(f"{stem}-{secrets.token_hex(3)}" for _try in range(5))):
        if slug in RESERVED_SLUGS:
            continue
        try:
            with transaction.atomic():
                return Account.objects.create(name=name, slug=slug, plan=plan, **fields)
        except IntegrityError:
            continue
    raise Refused(_("Many accounts have this name already. Choose another one."))


@transaction.atomic
def rename_account(*, account: Account, name: str, actor: Actor) -> None:
    before, account.name = account.name, name
    account.save(update_fields=["name"])
    audit(actor, "account.renamed", account, before=before)


@transaction.atomic
def create_account(
    *, name: str, kind: str, reseller: Account | None, plan: Plan, actor: Actor
) -> Account:
    """An account that the provider or its reseller makes; nobody is in it yet."""
    _check_sold(plan, reseller)
    if reseller:
        # Held, so that it stays a reseller until there is one more client.
        reseller = Account.objects.select_for_update(no_key=True).get(pk=reseller.pk)
        _check_takes(reseller, Account(kind=kind, reseller=reseller))
    account = _create_with_free_slug(name, plan, kind=kind, reseller=reseller)
    audit(
        replace(actor, account=account), "account.created", account,
        kind=kind, reseller=reseller and reseller.name,
    )  # fmt: skip
    return account


@transaction.atomic
def change_kind(*, account: Account, kind: str, actor: Actor) -> None:
    """Only who has no clients stops being a reseller, and only who has no reseller becomes one."""
    held = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if held.is_reseller and held.clients.exists():
        raise Refused(
            _("%(name)s has clients. Give them to another reseller first.") % {"name": held}
        )
    if kind != Account.Kind.CUSTOMER and held.reseller_id:
        raise Refused(
            _("%(name)s is the client of a reseller. Take it out of there first.") % {"name": held}
        )
    Account.objects.filter(pk=held.pk).update(kind=kind)
    audit(actor, "account.kind_changed", held, before=held.kind, after=kind)


@transaction.atomic
def assign_reseller(
    *, account: Account, reseller: Account | None, next_plan: Plan | None = None, actor: Actor
) -> None:
    """A customer goes below a reseller whose plan has room for it, or to none.

    NEXT_PLAN is what the same transaction moves it to: nobody takes a reseller's plan along.
    """
    # The pool first, as everywhere: who waits for both waits in one order.
    ids = [reseller.pk, account.pk] if reseller else [account.pk]
    held = {pk: Account.objects.select_for_update(no_key=True).get(pk=pk) for pk in ids}
    moved = held[account.pk]
    if reseller:
        _check_takes(held[reseller.pk], moved)
    _check_sold(next_plan or moved.plan, reseller)
    Account.objects.filter(pk=moved.pk).update(reseller=reseller)
    if moved.reseller != reseller:
        # What the one before allowed in its domains goes with it: nobody else could lift it.
        moved.domains.update(reseller_largest_size_bytes=None, reseller_mailbox_limit=None)
    names = [each.name if each else _("nobody") for each in (moved.reseller, reseller)]
    audit(actor, "account.reseller_changed", moved, before=names[0], after=names[1])


def _check_sold(plan: Plan, reseller: Account | None) -> None:
    if plan.owner_id not in (None, reseller and reseller.pk):
        raise Refused(
            _("The plan %(plan)s is sold by another reseller. Choose another plan.")
            % {"plan": plan}
        )


def _check_takes(reseller: Account, account: Account) -> None:
    if account.kind != Account.Kind.CUSTOMER:
        raise Refused(_("Only a customer can have a reseller."))
    if not reseller.is_reseller:
        raise Refused(_("%(name)s is not a reseller.") % {"name": reseller})
    if reseller.removed_at:
        raise Refused(_("%(name)s is being removed.") % {"name": reseller})
    if account.reseller_id != reseller.pk:
        check_pool_takes(reseller, account)


@transaction.atomic
def choose_blocked_return(*, account: Account, by_itself: bool, actor: Actor) -> None:
    """Whether blocked mailboxes come back as soon as there is room, or wait for a click."""
    account.blocked_return = by_itself
    account.save(update_fields=["blocked_return"])
    audit(actor, "account.blocked_return", account, by_itself=by_itself)


def invite(
    *, account: Account, email: str, role: Role, domain_ids: list[UUID], actor: Actor
) -> Invitation:
    """Ask a colleague in by mail; asking again replaces the first invitation."""
    check_may_invite(actor)
    throttle(f"invite:{account.pk}", limit=INVITATIONS_PER_DAY, seconds=86_400)
    with transaction.atomic():
        # Locked: of two clicks at once, the second replaces the invitation of the first.
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if Membership.objects.filter(account=account, user__email=email).exists():
            raise Refused(_("%(email)s is in this account already.") % {"email": email})
        account.invitations.filter(email__iexact=email, accepted_at=None).delete()
        return write_invitation(
            account=account, email=email, role=role, domain_ids=domain_ids, actor=actor
        )


def check_may_invite(actor: Actor) -> None:
    """Nobody has us write to strangers before the own address is known to be right."""
    if not EmailAddress.objects.filter(user=actor.user, verified=True).exists():
        raise Refused(_("Confirm your own e-mail address first: we sent you a link."))


@transaction.atomic
def write_invitation(
    *, account: Account, email: str, role: Role, domain_ids: list[UUID], actor: Actor
) -> Invitation:
    """It goes out after the commit, and is tried again while the mail server is away."""
    invitation = Invitation.objects.create(
        account=account, email=email, role=role, domain_ids=domain_ids, invited_by=actor.user,
        due_at=Now(),
    )  # fmt: skip
    audit(actor, "invitation.sent", invitation, role=Role(role).name.lower())
    after_commit(tasks.send_invitations)
    return invitation


def find_invitation(token: str) -> Invitation:
    """The open invitation behind a link; Refused when it is false, used or too old."""
    try:
        pk = signing.loads(token, salt=invitations.SALT)
    except signing.BadSignature:
        pk = None
    if found := open_invitation(pk):
        return found
    raise Refused(_("This invitation is no longer good. Ask your colleague for a new one."))


def open_invitation(pk: str | None) -> Invitation | None:
    """The invitation, as long as it can be accepted."""
    if pk is None:
        return None
    return (
        Invitation.objects.open()
        .filter(pk=pk)
        .select_related("account", *branded("account"))
        .first()
    )


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User, ip: str | None) -> Membership:
    """The invited person takes the seat; a link works once."""
    open_ones = Invitation.objects.open().filter(pk=invitation.pk)
    if not open_ones.update(accepted_at=timezone.now()):
        raise Refused(_("This invitation was accepted already."))
    seat, new = Membership.objects.get_or_create(
        user=user,
        account=invitation.account,
        defaults={"role": invitation.role, "domain_ids": invitation.domain_ids},
    )
    if not new:
        raise Refused(_("You are in this account already."))
    audit(Actor(invitation.account, user, ip), "invitation.accepted", invitation)
    return seat


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: Actor) -> None:
    audit(actor, "invitation.withdrawn", invitation)
    invitation.delete()


@transaction.atomic
def change_role(
    *, membership: Membership, role: Role, domain_ids: list[UUID], actor: Actor
) -> None:
    _keep_an_owner(membership, leaving=role < Role.OWNER)
    before, membership.role, membership.domain_ids = membership.role, role, domain_ids
    membership.save(update_fields=["role", "domain_ids"])
    _take_back_invitations(membership, above=role)
    audit(
        actor, "member.role_changed", membership,
        before=Role(before).name.lower(), after=Role(role).name.lower(),
    )  # fmt: skip


@transaction.atomic
def remove_member(*, membership: Membership, actor: Actor) -> None:
    _keep_an_owner(membership, leaving=True)
    audit(actor, "member.removed", membership)
    _take_back_invitations(membership, above=0)
    tokens.end_with(membership)
    membership.delete()


def _take_back_invitations(seat: Membership, *, above: int) -> None:
    """What they asked others in for, beyond what is theirs now: they would come back by it.

    A reseller's client that nobody is in yet keeps its only way in.
    """
    sent = Invitation.objects.filter(invited_by=seat.user_id, accepted_at=None, role__gt=above)
    inhabited = Exists(Membership.objects.filter(account=OuterRef("account")))
    sent.filter(account=seat.account_id).delete()
    sent.filter(inhabited, account__reseller=seat.account_id).delete()


@transaction.atomic
def take_away_factor(*, factor: Authenticator, actor: Actor) -> None:
    """Who has lost a second factor signs in with the password alone, and may set up another."""
    if not Authenticator.objects.filter(pk=factor.pk).exists():
        raise Refused(_("It is gone already."))
    audit(actor, "factor.taken_away", factor.user, kind=factor.type)
    factor.delete()


def _keep_an_owner(membership: Membership, *, leaving: bool) -> None:
    """Two owners who demote each other at once must not leave the account without one."""
    Account.objects.select_for_update(no_key=True).get(pk=membership.account_id)
    seats = Membership.objects.filter(account=membership.account_id, role=Role.OWNER)
    if leaving and not seats.exclude(pk=membership.pk).exists():
        raise Refused(_("An account needs an owner. Make somebody else owner first."))
