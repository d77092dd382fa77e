"""Each thing that people can do writes one audit row, with who, what and from where."""

from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.audit import Actor
from accounts.models import AuditEvent, Invitation, Role
from domains import cutover, ownership
from domains import services as domains
from domains.activation import activate
from domains.models import OwnershipCode
from kuploy.errors import Refused
from mailboxes import invitations, recovery, removal, rules
from mailboxes import services as mailboxes
from mailboxes.models import MailboxInvitation
from notifications import channels, webhooks
from notifications.models import Channel, Delivery
from tests.conftest import GB, PASSWORD, make_alias, make_domain, make_mailbox

CODE = "12345678"
SECRET_URL = "https://hooks.example.test/in?token=s3cr3t"


def with_code(domain):
    OwnershipCode.objects.create(
        domain=domain, address="info@acme.test", code_hash=ownership._hash(domain, CODE)
    )
    return domain


def invitation(it):
    return Invitation.objects.create(account=it.account, email="i@example.test", role=Role.VIEWER)


def bobs(it):
    return it.account.memberships.get(user__email="bob@example.test")


ACTS = {
    "account.renamed": lambda it: accounts.rename_account(account=it.account, name="New", actor=it),
    "invitation.sent": lambda it: accounts.invite(
        account=it.account, email="d@example.test", role=Role.VIEWER, domain_ids=[], actor=it
    ),
    "invitation.withdrawn": lambda it: accounts.withdraw_invitation(
        invitation=invitation(it), actor=it
    ),
    "member.role_changed": lambda it: accounts.change_role(
        membership=bobs(it), role=Role.MANAGER, domain_ids=[uuid4()], actor=it
    ),
    "member.removed": lambda it: accounts.remove_member(membership=bobs(it), actor=it),
    "domain.added": lambda it: domains.add_domain(account=it.account, name="n.test", actor=it),
    "domain.check_requested": lambda it: domains.request_check(domain=pending(it), actor=it),
    "domain.deliver_here": lambda it: cutover.set_deliver_here(
        domain=active(it), on=True, actor=it
    ),
    "domain.catch_all": lambda it: domains.set_catch_all(
        domain=pending(it), address="x@example.com", actor=it
    ),
    "domain.proved": lambda it: activate(domain=pending(it), method="test", actor=it),
    "domain.code_sent": lambda it: ownership.send_code(
        domain=pending(it), local_part="info", actor=it
    ),
    "domain.code_wrong": lambda it: wrong_code(it),
    "domain.removed": lambda it: removal.remove_domain(domain=active(it), actor=it),
    "mailbox.created": lambda it: mailboxes.create_mailbox(
        domain=active(it), local_part="m", display_name="", password=PASSWORD, quota_bytes=GB,
        actor=it,
    ),
    "mailbox.changed": lambda it: mailboxes.edit_mailbox(
        mailbox=box(it), display_name="N", quota_bytes=2 * GB, language="de", actor=it
    ),
    "mailbox.auto_reply_changed": lambda it: rules.set_auto_reply(
        mailbox=box(it), on=True, subject="Away", text="Back soon", first_day=None, last_day=None,
        actor=it,
    ),
    "mailbox.forwarding_changed": lambda it: rules.set_forwarding(
        mailbox=box(it), forward_to=["x@example.com"], keep_copy=True, actor=it
    ),
    "mailbox.language_changed": lambda it: mailboxes.change_language(
        mailbox=box(it), language="de", actor=it
    ),
    "mailbox.password_changed": lambda it: mailboxes.change_password(
        mailbox=box(it), password="another good horse", actor=it
    ),
    "mailbox.password_reset": lambda it: recovery.reset_password(
        mailbox=box(it), password="another good horse", actor=it
    ),
    "mailbox.invited": lambda it: invitations.invite(
        mailbox=box(it), address="user@example.test", actor=it
    ),
    "mailbox.invitation_accepted": lambda it: invitations.accept(
        invitation=invited(it), password=PASSWORD, for_recovery=True, actor=it
    ),
    "mailbox.invitation_withdrawn": lambda it: invitations.withdraw(
        mailbox=invited(it).mailbox, actor=it
    ),
    "mailbox.recovery_chosen": lambda it: recovery.choose_address(
        mailbox=box(it), address="user@example.test", actor=it
    ),
    "mailbox.recovery_removed": lambda it: recovery.remove_address(mailbox=box(it), actor=it),
    "mailbox.disabled": lambda it: mailboxes.disable_mailbox(mailbox=box(it), actor=it),
    "mailbox.enabled": lambda it: mailboxes.enable_mailbox(mailbox=disabled(it), actor=it),
    "mailbox.deleted": lambda it: removal.delete_mailbox(mailbox=box(it), actor=it),
    "alias.created": lambda it: mailboxes.create_alias(
        domain=active(it), local_part="al", targets=["x@example.com"], actor=it
    ),
    "alias.changed": lambda it: mailboxes.edit_alias(
        alias=alias(it), targets=["y@example.com"], actor=it
    ),
    "alias.deleted": lambda it: mailboxes.delete_alias(alias=alias(it), actor=it),
    "notifications.changed": lambda it: channels.choose(
        channels=alices(it).channels.all(), actor=it
    ),
    "address.added": lambda it: channels.add_address(
        membership=alices(it), address="ops@example.test", actor=it
    ),
    "address.asked_again": lambda it: channels.ask_again(channel=address(it), actor=it),
    "address.removed": lambda it: channels.remove_address(channel=address(it), actor=it),
    "channel.added": lambda it: webhooks.add_webhook(
        account=it.account, pk=uuid4(), url=SECRET_URL, muted=[], include_clients=False, actor=it
    ),
    "channel.changed": lambda it: webhooks.change_webhook(
        channel=hook(it), url=SECRET_URL, muted=["test"], include_clients=False, actor=it
    ),
    "channel.secret_rotated": lambda it: webhooks.rotate_secret(
        channel=hook(it), seen="first", actor=it
    ),
    "channel.tested": lambda it: webhooks.send_test(channel=hook(it), actor=it),
    "channel.resumed": lambda it: webhooks.resume(channel=hook(it, state="paused"), actor=it),
    "channel.removed": lambda it: webhooks.remove_webhook(channel=hook(it), actor=it),
    "delivery.sent_again": lambda it: webhooks.send_again(delivery=delivered(it), actor=it),
}  # fmt: skip


def quietly(make, *args):
    """What the act needs, without the rows that making it wrote."""
    made = make(*args)
    AuditEvent.objects.all().delete()
    return made


def alices(it):
    return it.account.memberships.get(user=it.user)


def address(it):
    return Channel.objects.create(
        account=it.account, membership=alices(it), transport="email", address="ops@example.test"
    )


def hook(it, **fields):
    return Channel.objects.create(
        account=it.account, transport="webhook", address=SECRET_URL, **fields
    )


def delivered(it):
    delivery = quietly(lambda: webhooks.send_test(channel=hook(it), actor=it))
    Delivery.objects.update(due_at=None, sent_at=timezone.now(), attempt_count=1)
    return delivery


def pending(it):
    return quietly(lambda: make_domain(it.account, "pending.test", proved=False))


def active(it):
    return quietly(lambda: make_domain(it.account, "active.test"))


def box(it):
    return quietly(make_mailbox, active(it))


def invited(it):
    return MailboxInvitation.objects.create(mailbox=box(it), address="user@example.test")


def disabled(it):
    mailbox = box(it)
    type(mailbox).objects.filter(pk=mailbox.pk).update(state="disabled")
    return mailbox


def alias(it):
    return quietly(make_alias, active(it), "team", "x@example.com")


def wrong_code(it):
    with pytest.raises(Refused):
        ownership.enter_code(domain=with_code(pending(it)), code="00000000", actor=it)


@pytest.mark.parametrize("action", ACTS)
def test_each_act_is_written_down_once(action, actor):
    AuditEvent.objects.all().delete()
    ACTS[action](actor)
    event = AuditEvent.objects.get()
    assert event.action == action
    assert (event.account, event.actor, event.ip) == (actor.account, actor.user, "192.0.2.1")
    assert event.actor_name == "alice@example.test"
    assert event.object_name
    assert not event.sentence.startswith(action)  # it has words of its own


def test_what_a_mailboxs_own_user_does_is_the_mailboxs_act(acme):
    actor = Actor(acme, ip="192.0.2.9", mailbox="info@acme.test")
    mailboxes.change_language(mailbox=box(actor), language="de", actor=actor)
    event = AuditEvent.objects.get()
    assert (event.actor, event.actor_name, event.ip) == (None, "info@acme.test", "192.0.2.9")


def test_the_right_code_is_written_down_as_the_proof_it_is(actor):
    domain = with_code(pending(actor))
    ownership.enter_code(domain=domain, code=CODE, actor=actor)
    assert [event.action for event in AuditEvent.objects.all()] == ["domain.proved"]


def test_an_accepted_invitation_is_the_newcomers_act(actor, charlie):
    asked = invitation(actor)
    AuditEvent.objects.all().delete()
    accounts.accept_invitation(invitation=asked, user=charlie, ip="192.0.2.9")
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.ip) == ("invitation.accepted", charlie, "192.0.2.9")


def test_what_is_refused_is_not_written_down(actor, plan):
    plan.mailbox_limit = 0
    plan.save()
    domain = active(actor)
    with pytest.raises(Refused):
        make_mailbox(domain)
    assert not AuditEvent.objects.exists()


def test_no_password_is_written_down(actor):
    ACTS["mailbox.password_changed"](actor)
    ACTS["invitation.sent"](actor)
    assert "horse" not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("action", [act for act in ACTS if act.startswith("channel.")])
def test_no_secret_of_a_url_is_written_down(action, actor):
    ACTS[action](actor)
    event = AuditEvent.objects.latest("pk")
    assert event.object_name == "hooks.example.test"
    assert "s3cr3t" not in str(list(AuditEvent.objects.values()))


def test_a_confirmed_address_is_nobodys_act_with_the_address_it_came_from(actor):
    channels.confirm(channel=address(actor), ip="192.0.2.9")
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.actor, event.ip) == ("address.confirmed", None, "192.0.2.9")


def test_the_record_outlives_the_person(actor, alice):
    ACTS["account.renamed"](actor)
    alice.memberships.all().delete()
    alice.delete()
    event = AuditEvent.objects.get(action="account.renamed")
    assert (event.actor, event.actor_name) == (None, "alice@example.test")
