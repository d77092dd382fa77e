"""One function per thing that people can do with accounts, seats and invitations."""

import secrets
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import brands
from accounts.audit import Actor, audit
from accounts.models import Account, Invitation, Membership, Plan, Role, User, branded
from kuploy import mail
from kuploy.errors import Refused
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


def _create_with_free_slug(name: str, plan: Plan) -> Account:
    stem = slugify(name)[:50] or "account"
    # By chance, not counted up: a thousand accounts may have one name.
    for slug in (stem, *(f"{stem}-{secrets.token_hex(3)}" for _try in range(5))):
        if slug in RESERVED_SLUGS:
            continue
        try:
            with transaction.atomic():
                return Account.objects.create(name=name, slug=slug, plan=plan)
        except IntegrityError:
            continue
    raise Refused(_("Many accounts have this name already. Choose another one."))


@transaction.atomic
def rename_account(*, account: Account, name: str, actor: Actor) -> None:
    before, account.name = account.name, name
    account.save(update_fields=["name"])
    audit(actor, "account.renamed", account, before=before)


def invite(
    *, account: Account, email: str, role: Role, domain_ids: list[UUID], actor: Actor
) -> Invitation:
    """Ask a colleague in by mail; asking again replaces the first invitation."""
    if not EmailAddress.objects.filter(user=actor.user, verified=True).exists():
        raise Refused(_("Confirm your own e-mail address first: we sent you a link."))
    throttle(f"invite:{account.pk}", limit=INVITATIONS_PER_DAY, seconds=86_400)
    with transaction.atomic():
        # Locked: of two clicks at once, the second replaces the invitation of the first.
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if Membership.objects.filter(account=account, user__email=email).exists():
            raise Refused(_("%(email)s is in this account already.") % {"email": email})
        account.invitations.filter(email__iexact=email, accepted_at=None).delete()
        invitation = Invitation.objects.create(
            account=account, email=email, role=role, domain_ids=domain_ids, invited_by=actor.user
        )
        audit(actor, "invitation.sent", invitation, role=Role(role).name.lower())
    _send_invitation(invitation)
    return invitation


def _send_invitation(invitation: Invitation) -> None:
    token = signing.dumps(str(invitation.pk), salt="invitation")
    mail.send(
        "invitation",
        invitation.email,
        {"invitation": invitation, "path": reverse("accept_invitation", args=[token])},
        brand=brands.of_account(invitation.account),
    )


def find_invitation(token: str) -> Invitation:
    """The open invitation behind a link; Refused when it is false, used or too old."""
    try:
        pk = signing.loads(token, salt="invitation")
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
    audit(
        actor, "member.role_changed", membership,
        before=Role(before).name.lower(), after=Role(role).name.lower(),
    )  # fmt: skip


@transaction.atomic
def remove_member(*, membership: Membership, actor: Actor) -> None:
    _keep_an_owner(membership, leaving=True)
    audit(actor, "member.removed", membership)
    membership.account.invitations.filter(invited_by=membership.user, accepted_at=None).delete()
    membership.delete()


def _keep_an_owner(membership: Membership, *, leaving: bool) -> None:
    """Two owners who demote each other at once must not leave the account without one."""
    Account.objects.select_for_update(no_key=True).get(pk=membership.account_id)
    seats = Membership.objects.filter(account=membership.account_id, role=Role.OWNER)
    if leaving and not seats.exclude(pk=membership.pk).exists():
        raise Refused(_("An account needs an owner. Make somebody else owner first."))
