"""One function per thing that a reseller can do with a client."""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.audit import Actor, audit
from accounts.models import Account, Invitation, Plan, Role
from kuploy.errors import Refused
from kuploy.throttle import throttle
from plans.moving import hold_offered

# Each of them is a mail to a stranger.
CLIENTS_PER_DAY = 500
INVITATIONS_PER_DAY = 20


def create_client(*, reseller: Account, name: str, plan: Plan, email: str, actor: Actor) -> Account:
    """An account of the reseller's, with an invitation to its owner."""
    accounts.check_may_invite(actor)
    throttle(f"clients:{reseller.pk}", limit=CLIENTS_PER_DAY, seconds=86_400)
    return _create(reseller, name, plan, email, actor)


@transaction.atomic
def _create(reseller: Account, name: str, plan: Plan, email: str, actor: Actor) -> Account:
    # Locked: of two clicks at once, the second finds the client of the first.
    held = Account.objects.select_for_update(no_key=True).get(pk=reseller.pk)
    if held.clients.named(name).exists():
        raise Refused(
            _("You have a client %(name)s already. Choose another name.") % {"name": name}
        )
    inside = inside_of(actor, reseller)
    account = accounts.create_account(
        name=name, kind=Account.Kind.CUSTOMER, reseller=held, plan=hold_offered(held, plan),
        actor=inside,
    )  # fmt: skip
    audit(actor, "client.created", account, plan=plan.name)
    accounts.write_invitation(
        account=account, email=email, role=Role.OWNER, domain_ids=[],
        actor=replace(inside, account=account),
    )  # fmt: skip
    return account


def invite_owner(*, client: Account, email: str, actor: Actor) -> Invitation:
    """Send the invitation again, or to another address; the links sent before end."""
    accounts.check_may_invite(actor)
    throttle(f"owner:{client.pk}", limit=INVITATIONS_PER_DAY, seconds=86_400)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=client.pk)
        client.invitations.filter(accepted_at=None).delete()
        # After that: who accepts at this moment was waited for.
        if client.memberships.exists():
            raise Refused(_already_in(client))
        return accounts.write_invitation(
            account=client, email=email, role=Role.OWNER, domain_ids=[], actor=actor
        )


def _already_in(client: Account) -> str:
    return _("Somebody has accepted already. Enter %(client)s to invite more people.") % {
        "client": client
    }


def inside_of(actor: Actor, reseller: Account, client: Account | None = None) -> Actor:
    """The person of the reseller, as the client's record names whom it did not hire."""
    return replace(actor, account=client, reseller=reseller.name)
