"""Forwarding and auto-reply: what is stored, and what would go round in circles."""

import re
from itertools import pairwise

import pytest
from django.db import connection

from domains.models import Domain
from kuploy.errors import Refused
from mailboxes import rules
from mailboxes.models import Mailbox, MailRules
from mailboxes.rules import set_auto_reply, set_forwarding
from mailboxes.services import delete_alias, edit_alias
from tests.concurrency import at_once
from tests.conftest import make_alias, make_domain, make_mailbox

ELSEWHERE = "x@elsewhere.test"


@pytest.fixture
def anna(domain):
    return make_mailbox(domain, "anna")


@pytest.fixture
def ben(domain):
    return make_mailbox(domain, "ben")


@pytest.fixture
def forward(actor):
    def act(mailbox, *targets, copy=True):
        set_forwarding(mailbox=mailbox, forward_to=list(targets), keep_copy=copy, actor=actor)

    return act


@pytest.fixture
def reply(actor):
    def act(mailbox, on=True, **fields):
        fields = {"first_day": None, "last_day": None, **fields}
        set_auto_reply(mailbox=mailbox, on=on, subject="Away", text="Soon", **fields, actor=actor)

    return act


def script_that_dovecot_reads(mailbox):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, body FROM mail.dovecot_sieve WHERE username = %s", [mailbox.address]
        )
        return cursor.fetchone()


def test_dovecot_reads_what_was_chosen(anna, forward, reply):
    forward(anna, ELSEWHERE)
    before, body = script_that_dovecot_reads(anna)
    assert f'redirect :copy "{ELSEWHERE}";' in body
    reply(anna)
    after, body = script_that_dovecot_reads(anna)
    assert "vacation" in body
    assert f'redirect :copy "{ELSEWHERE}";' in body
    assert before != after


def test_what_is_switched_off_is_done_no_more_and_kept(anna, forward, reply):
    reply(anna)
    reply(anna, on=False)
    forward(anna, ELSEWHERE)
    forward(anna)
    anna.refresh_from_db()
    assert anna.sieve_script == ""
    assert rules.rules_of(anna).reply_text == "Soon"


def test_nobody_has_chosen_anything_yet(anna):
    assert rules.script_of(rules.rules_of(anna)) == ""
    assert not MailRules.objects.exists()


def test_it_is_written_down_what_was_before(anna, acme, forward):
    forward(anna, ELSEWHERE)
    forward(anna, "y@elsewhere.test", copy=False)
    assert acme.audit_events.latest("pk").details == {
        "before": [ELSEWHERE], "targets": ["y@elsewhere.test"], "keep_copy": False,
    }  # fmt: skip


def test_the_text_of_an_auto_reply_is_nobodys_business(anna, acme, reply):
    reply(anna)
    assert acme.audit_events.latest("pk").details == {"on": True}


def test_more_targets_than_allowed_are_refused(anna, forward, settings):
    settings.FORWARDING_TARGETS = 2
    forward(anna, "a@b.test", "c@d.test")
    with pytest.raises(Refused, match="at most 2 addresses"):
        forward(anna, "a@b.test", "c@d.test", "e@f.test")
    assert rules.rules_of(anna).forward_to == ["a@b.test", "c@d.test"]


def test_a_mailbox_does_not_forward_to_itself(anna, forward):
    with pytest.raises(Refused, match="cannot forward to itself"):
        forward(anna, ELSEWHERE, anna.address)


def refuses_to_go_round(forward, mailbox, *targets):
    with pytest.raises(Refused, match="go round in circles"):
        forward(mailbox, *targets)
    assert not MailRules.objects.filter(mailbox=mailbox).exists()


def test_two_do_not_forward_to_each_other(anna, ben, forward):
    forward(anna, ben.address)
    refuses_to_go_round(forward, ben, ELSEWHERE, anna.address)


def test_nor_do_many_in_a_row(domain, forward):
    row = [make_mailbox(domain, f"box{number}") for number in range(12)]
    for box, following in pairwise(row):
        forward(box, following.address)
    refuses_to_go_round(forward, row[-1], row[0].address)


def test_nor_over_an_alias(domain, anna, ben, forward):
    make_alias(domain, "team", "y@elsewhere.test", anna.address)
    refuses_to_go_round(forward, anna, "team@acme.test")
    forward(ben, "team@acme.test")
    refuses_to_go_round(forward, anna, ben.address)


def test_nor_over_an_alias_domain(acme, domain, anna, forward):
    make_domain(acme, "mirror.test", alias_of=domain)
    refuses_to_go_round(forward, anna, "anna@mirror.test")


def test_nor_over_a_catch_all(domain, anna, forward):
    Domain.objects.filter(pk=domain.pk).update(catch_all=anna.address)
    refuses_to_go_round(forward, anna, "whatever@acme.test")


def test_a_catch_all_does_not_catch_what_has_an_address(domain, anna, ben, forward):
    make_alias(domain, "team", ELSEWHERE)
    Domain.objects.filter(pk=domain.pk).update(catch_all=anna.address)
    forward(anna, ben.address, "team@acme.test")


def test_who_claims_a_name_forbids_nobody_to_write_there(charlie, anna, forward):
    squatter = charlie.memberships.get().account
    claimed = make_domain(squatter, "claimed.test", proved=False)
    Domain.objects.filter(pk=claimed.pk).update(catch_all=anna.address)
    forward(anna, "friend@claimed.test")


def test_a_circle_of_others_is_not_walked_for_ever(domain, anna, ben, forward):
    for name, target in (("one", "two@acme.test"), ("two", "one@acme.test")):
        make_alias(domain, name, target)
    forward(anna, "one@acme.test")


def test_where_two_lead_to_one_is_no_circle(domain, anna, ben, forward):
    carl = make_mailbox(domain, "carl")
    forward(anna, ben.address, carl.address)
    forward(ben, carl.address)


def test_a_forwarding_that_ended_leads_nowhere(anna, ben, forward):
    forward(anna, ben.address)
    forward(anna)
    forward(ben, anna.address)


@pytest.mark.django_db(transaction=True)
def test_two_at_one_moment_do_not_close_a_circle(anna, ben, forward):
    for _try in range(5):
        MailRules.objects.all().delete()
        first, second = at_once(
            lambda: forward(anna, ben.address), lambda: forward(ben, anna.address)
        )
        assert sorted([first is None, second is None]) == [False, True]
        assert isinstance(first or second, Refused)


def test_the_rules_go_with_the_mailbox(anna, forward):
    forward(anna, ELSEWHERE)
    Mailbox.objects.get(pk=anna.pk).delete()
    assert not MailRules.objects.exists()


def answers_for(mailbox):
    """The further addresses in the script of its auto-reply."""
    mailbox.refresh_from_db()
    found = re.search(r":addresses \[(.*)\] :subject", mailbox.sieve_script)
    return found[1].replace('"', "").split(", ") if found else []


def test_an_auto_reply_speaks_for_addresses_that_lead_to_it_alone(
    acme, domain, charlie, anna, ben, reply
):
    make_domain(acme, "mirror.test", alias_of=domain)
    make_domain(acme, "unproved.test", alias_of=domain, proved=False)
    make_alias(domain, "sales", anna.address)
    make_alias(domain, "team", anna.address, ben.address)
    neighbour = make_domain(charlie.memberships.get().account, "neighbour.test")
    make_alias(neighbour, "anna", anna.address)
    reply(anna)
    assert answers_for(anna) == ["anna@mirror.test", "sales@acme.test"]


def test_it_learns_of_aliases_that_change_later(domain, anna, ben, reply, actor):
    for box in (anna, ben):
        reply(box)
    alias = make_alias(domain, "sales", anna.address)
    assert answers_for(anna) == ["sales@acme.test"]
    edit_alias(alias=alias, targets=[ben.address], actor=actor)
    assert (answers_for(anna), answers_for(ben)) == ([], ["sales@acme.test"])
    edit_alias(alias=alias, targets=[ben.address, anna.address], actor=actor)
    assert answers_for(ben) == []
    edit_alias(alias=alias, targets=[ben.address], actor=actor)
    delete_alias(alias=alias, actor=actor)
    assert answers_for(ben) == []


def test_it_learns_of_an_alias_domain_that_is_proved_later(acme, domain, anna, reply):
    reply(anna)
    make_domain(acme, "mirror.test", alias_of=domain)
    assert answers_for(anna) == ["anna@mirror.test"]


def test_an_alias_of_who_answers_nobody_changes_nothing(domain, anna, ben, reply):
    reply(anna, on=False)
    for box in (anna, ben):
        make_alias(domain, f"also-{box.local_part}", box.address)
        box.refresh_from_db()
        assert box.sieve_script == ""


def test_a_script_does_not_grow_without_end(domain, anna, reply, monkeypatch):
    monkeypatch.setattr(rules, "ANSWERED", 2)
    for name in ("c", "b", "a"):
        make_alias(domain, name, anna.address)
    reply(anna)
    assert answers_for(anna) == ["a@acme.test", "b@acme.test"]


@pytest.mark.django_db(transaction=True)
def test_an_alias_made_while_the_reply_is_switched_on_is_not_forgotten(domain, anna, reply):
    for number in range(5):
        reply(anna, on=False)
        name = f"alias{number}"
        at_once(lambda: reply(anna), lambda name=name: make_alias(domain, name, anna.address))
        assert f"{name}@acme.test" in answers_for(anna)
