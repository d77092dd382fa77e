"""Who moves what up and down the ladder, and that it ends as it began."""

from dataclasses import replace

import pytest

from accounts.audit import Actor
from accounts.models import Account, AuditEvent, Hand, Suspension
from domains.models import Domain
from domains.services import resume_domain, suspend_domain
from kuploy.errors import Refused
from mailboxes.models import HostJob, Mailbox
from mailboxes.removal import delete_mailbox, remove_domain
from mailboxes.suspension import (
    resume_account,
    resume_mailbox,
    suspend_account,
    suspend_mailbox,
)
from notifications.links import links
from notifications.models import Alert
from tests.conftest import make_domain, make_mailbox, provider_of

STEPS = [Suspension.NO_SENDING, Suspension.NO_SIGN_IN, Suspension.NO_MAIL]
KINDS = {
    "account": (suspend_account, resume_account),
    "domain": (suspend_domain, resume_domain),
    "mailbox": (suspend_mailbox, resume_mailbox),
}


@pytest.fixture
def rows(acme, domain, mailbox):
    return {"account": acme, "domain": domain, "mailbox": mailbox}


@pytest.fixture
def provider(acme):
    return provider_of(acme)


@pytest.fixture
def reseller(plan, acme, alice):
    """Somebody of the reseller of acme, in acme."""
    above = Account.objects.create(name="Reseller", slug="reseller", kind="reseller", plan=plan)
    Account.objects.filter(pk=acme.pk).update(reseller=above)
    acme.refresh_from_db()
    return Actor(acme, alice, "192.0.2.3", reseller=above.name)


def suspend(rows, kind, level, actor, reason="Not paid"):
    KINDS[kind][0](**{kind: rows[kind]}, level=level, reason=reason, actor=actor)
    rows[kind].refresh_from_db()


def resume(rows, kind, actor):
    KINDS[kind][1](**{kind: rows[kind]}, actor=actor)
    rows[kind].refresh_from_db()


def told():
    return [(alert.kind, alert.facts["step"]) for alert in Alert.objects.order_by("pk")[1:]]


@pytest.mark.parametrize("kind", KINDS)
def test_each_step_is_written_down_and_told(rows, provider, kind):
    AuditEvent.objects.all().delete()
    for step in STEPS:
        suspend(rows, kind, step, provider, f"Reason {step}")
        assert (rows[kind].suspension, rows[kind].suspension_reason) == (step, f"Reason {step}")
    resume(rows, kind, provider)
    assert rows[kind].suspension == Suspension.NONE
    events = AuditEvent.objects.order_by("pk")
    assert [event.action for event in events] == [
        "suspension.no_sending", "suspension.no_sign_in", "suspension.no_mail", "suspension.lifted",
    ]  # fmt: skip
    assert {event.object_type for event in events} == {kind}
    assert "Reason 20" in events[1].sentence
    assert told() == [
        ("suspended", "no_sending"), ("suspended", "no_sign_in"), ("suspended", "no_mail"),
        ("resumed", "none"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_moved_down_as_well(rows, provider, kind):
    suspend(rows, kind, Suspension.NO_MAIL, provider)
    suspend(rows, kind, Suspension.NO_SENDING, provider)
    assert rows["mailbox"].suspension == Suspension.NO_SENDING or kind != "mailbox"
    assert Mailbox.objects.get(pk=rows["mailbox"].pk).suspension == Suspension.NO_SENDING


def test_the_highest_step_of_mailbox_domain_and_account_counts(rows, provider):
    suspend(rows, "mailbox", Suspension.NO_SENDING, provider, "Spam")
    suspend(rows, "account", Suspension.NO_SIGN_IN, provider, "Not paid")
    mailbox = Mailbox.objects.get(pk=rows["mailbox"].pk)
    assert (mailbox.suspension, mailbox.suspension_reason) == (Suspension.NO_SIGN_IN, "Not paid")
    resume(rows, "account", provider)
    mailbox = Mailbox.objects.get(pk=mailbox.pk)
    assert (mailbox.suspension, mailbox.suspension_reason) == (Suspension.NO_SENDING, "Spam")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", ["owner", "mailbox user", "nobody"])
def test_who_is_below_neither_suspends_nor_resumes(rows, actor, provider, kind, who):
    below = {
        "owner": actor,
        "mailbox user": Actor(actor.account, mailbox="info@acme.test"),
        "nobody": Actor.system(actor.account),
    }[who]
    with pytest.raises(Refused, match="Only your provider"):
        suspend(rows, kind, Suspension.NO_SENDING, below)
    suspend(rows, kind, Suspension.NO_SENDING, provider)
    with pytest.raises(Refused, match="Only your provider"):
        resume(rows, kind, below)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reseller_does_not_lift_what_the_provider_placed(rows, provider, reseller, kind):
    suspend(rows, kind, Suspension.NO_SENDING, provider, "Spam")
    with pytest.raises(Refused, match="The provider has suspended"):
        resume(rows, kind, reseller)
    suspend(rows, kind, Suspension.NO_MAIL, reseller, "Not paid")
    row = rows[kind]
    assert (row.suspension, row.suspended_by) == (Suspension.NO_MAIL, Hand.RESELLER)
    resume(rows, kind, reseller)
    assert (row.suspension, row.suspension_reason) == (Suspension.NO_SENDING, "Spam")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_reseller_placed_stays_when_the_provider_lifts_its_own(
    rows, provider, reseller, kind
):
    suspend(rows, kind, Suspension.NO_SENDING, reseller, "Not paid")
    suspend(rows, kind, Suspension.NO_MAIL, provider, "Spam")
    resume(rows, kind, provider)
    assert (rows[kind].suspension, rows[kind].suspension_reason) == (10, "Not paid")
    resume(rows, kind, provider)
    assert rows[kind].suspension == Suspension.NONE


@pytest.mark.parametrize(
    ("level", "reason", "why"),
    [(0, "Why", "Choose"), (15, "Why", "Choose"), (10, " ", "Say why"), (20, "Spam", "already")],
)
def test_nonsense_is_refused(rows, provider, level, reason, why):
    suspend(rows, "domain", Suspension.NO_SIGN_IN, provider, "Spam")
    with pytest.raises(Refused, match=why):
        suspend(rows, "domain", level, provider, reason)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_suspended_itself_is_not_resumed(rows, provider, kind):
    above = {"mailbox": "domain", "domain": "account"}.get(kind)
    if above:
        suspend(rows, above, Suspension.NO_MAIL, provider)
    with pytest.raises(Refused, match="is not suspended itself"):
        resume(rows, kind, provider)


def test_what_is_being_deleted_is_not_suspended(rows, provider):
    Mailbox.objects.update(state="deleting")
    Domain.objects.update(status="removing", proved_at=None)
    for kind in ("mailbox", "domain"):
        with pytest.raises(Refused, match="is being"):
            suspend(rows, kind, Suspension.NO_MAIL, provider)


@pytest.mark.parametrize(
    ("step", "left"),
    [(10, "nothing can be sent"), (20, "nobody can sign in to read it"), (30, "is refused")],
)
def test_the_message_says_what_is_left_and_why(rows, provider, step, left):
    suspend(rows, "mailbox", step, provider, "50 % of it is spam")
    alert = Alert.objects.get(kind="suspended")
    assert alert.title == "info@acme.test is suspended"
    assert left in alert.body
    assert alert.body.endswith("The reason: 50 % of it is spam")


def test_what_is_told_leads_to_its_page(rows, acme, provider):
    seat = acme.memberships.get(user__email="alice@example.test")
    for kind in KINDS:
        suspend(rows, kind, Suspension.NO_MAIL, provider)
    found = links(Alert.objects.filter(kind="suspended").order_by("pk"), seat)
    assert list(found.values()) == [rows[kind].get_absolute_url() for kind in KINDS]


def kicks():
    return sorted(HostJob.objects.filter(kind="kick").values_list("address", "host"))


def test_open_sessions_end_once_nobody_may_sign_in(rows, acme, provider):
    make_mailbox(make_domain(acme, "second.test"), "two")
    suspend(rows, "account", Suspension.NO_SENDING, provider)
    assert kicks() == []
    suspend(rows, "account", Suspension.NO_SIGN_IN, provider)
    assert kicks() == [("*@acme.test", "mail1"), ("*@second.test", "mail1")]
    suspend(rows, "account", Suspension.NO_MAIL, provider)
    suspend(rows, "domain", Suspension.NO_MAIL, provider)
    assert len(kicks()) == 2


@pytest.mark.parametrize(
    ("kind", "mask"), [("domain", "*@acme.test"), ("mailbox", "info@acme.test")]
)
def test_those_of_one_domain_or_mailbox_too(rows, provider, kind, mask):
    suspend(rows, kind, Suspension.NO_MAIL, provider)
    assert kicks() == [(mask, "mail1")]


def acts_on(kind):
    """What would take the row away, or something of it."""
    return [(delete_mailbox, "mailbox")] + [(remove_domain, "domain")] * (kind != "mailbox")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("placed_by", ["provider", "reseller"])
def test_its_own_people_delete_nothing_while_it_lasts(
    rows, actor, provider, reseller, kind, placed_by
):
    by = {"provider": provider, "reseller": reseller}[placed_by]
    suspend(rows, kind, Suspension.NO_SENDING, by)
    for delete, what in acts_on(kind):
        with pytest.raises(Refused, match="is suspended: until that ends"):
            delete(**{what: rows[what]}, actor=actor)
    for delete, what in acts_on(kind):
        delete(**{what: rows[what]}, actor=replace(by, ip=None))


@pytest.mark.parametrize("kind", KINDS)
def test_a_reseller_deletes_nothing_that_the_provider_has_suspended(rows, provider, reseller, kind):
    suspend(rows, kind, Suspension.NO_SENDING, provider)
    suspend(rows, kind, Suspension.NO_MAIL, reseller)
    for delete, what in acts_on(kind):
        with pytest.raises(Refused, match="is suspended: until that ends"):
            delete(**{what: rows[what]}, actor=reseller)


def test_what_is_suspended_does_not_go_with_its_domain(rows, actor, provider, reseller):
    suspend(rows, "mailbox", Suspension.NO_SENDING, provider)
    for who in (actor, reseller):
        with pytest.raises(Refused, match=r"info@acme\.test is suspended"):
            remove_domain(domain=rows["domain"], actor=who)
    remove_domain(domain=rows["domain"], actor=provider)


def test_nor_does_an_alias_domain(rows, acme, actor, provider):
    mirror = make_domain(acme, "mirror.test", alias_of=rows["domain"])
    suspend_domain(domain=mirror, level=10, reason="Spam", actor=provider)
    with pytest.raises(Refused, match=r"mirror\.test is suspended"):
        remove_domain(domain=rows["domain"], actor=actor)
