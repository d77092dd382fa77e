"""What is stored twice for speed agrees with its source, whoever moves it."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Account
from domains.models import Domain
from mailboxes.models import Alias, Mailbox
from mailboxes.removal import delete_mailbox, remove_domain
from tests.conftest import GB, make_alias, make_domain, make_mailbox


def check():
    call_command("check_derived", verbosity=0)


@pytest.fixture
def rows(acme, domain):
    """A domain with what hangs on it, and its alias domain."""
    make_domain(acme, "mirror.test", alias_of=domain)
    make_mailbox(domain, "one")
    make_mailbox(domain, "two")
    make_alias(domain, "team", "one@acme.test", "two@acme.test")
    return domain


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_services_leave_no_drift(rows, actor):
    check()
    delete_mailbox(mailbox=Mailbox.objects.get(local_part="one"), actor=actor)
    check()
    make_mailbox(rows, "one")
    check()
    remove_domain(domain=rows, actor=actor)
    check()


def test_domains_are_counted_however_many_come_and_go_at_once(acme, charlie):
    other = charlie.memberships.get().account
    Domain.objects.bulk_create(
        Domain(account=account, name=f"d{number}.test", status=status)
        for account, number, status in [
            (acme, 1, "pending"), (acme, 2, "pending"), (acme, 3, "removing"),
            (other, 4, "pending"),
        ]
    )  # fmt: skip
    check()
    acme.refresh_from_db()
    assert acme.domain_count == 2
    Domain.objects.exclude(name="d1.test").delete()
    check()
    acme.refresh_from_db()
    other.refresh_from_db()
    assert (acme.domain_count, other.domain_count) == (1, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"provider_step": 30}, {"reseller_step": 10}, {"mx_here": False}, {"deliver_here": True},
        {"status": "pending", "proved_at": None}, {"status": "removing", "proved_at": None},
        {"provider_step": 20, "mx_here": False, "deliver_here": True},
    ],
)  # fmt: skip
def test_a_domain_that_moves_takes_its_addresses_with_it(rows, change):
    Domain.objects.update(**change)
    check()
    rows.refresh_from_db()
    for kind in (Mailbox, Alias):
        copies = kind.objects.values_list("domain_served", "domain_local", "suspension_above")
        assert set(copies) == {(rows.served, rows.local, rows.suspension)}


def test_an_account_that_is_suspended_takes_all_it_holds_with_it(rows, acme):
    Domain.objects.filter(name="mirror.test").update(reseller_step=30)
    Mailbox.objects.filter(local_part="two").update(provider_step=20)
    Account.objects.filter(pk=acme.pk).update(reseller_step=10)
    check()
    make_mailbox(make_domain(acme, "late.test"), "late")
    check()
    steps = dict(Mailbox.objects.values_list("local_part", "suspension"))
    assert steps == {"one": 10, "two": 20, "late": 10, "postmaster": 10}
    steps = dict(Domain.objects.values_list("name", "suspension"))
    assert steps == {"acme.test": 10, "mirror.test": 30, "late.test": 10}
    Account.objects.filter(pk=acme.pk).update(reseller_step=0)
    check()
    assert not Alias.objects.exclude(suspension_above=0).exists()


@pytest.mark.parametrize("state", Mailbox.State.values)
def test_many_mailboxes_moved_by_one_statement(rows, acme, state):
    Mailbox.objects.exclude(local_part="postmaster").update(state=state)
    check()
    acme.refresh_from_db()
    assert acme.mailbox_count == (0 if state == "deleting" else 2)


def test_rows_loaded_with_copy(acme, rows):
    columns = (
        "id, account_id, domain_id, local_part, address, created_at, domain_served, domain_local, "
        "display_name, password_hash, state, quota_bytes, quota_messages, host, sieve_script"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        with cursor.copy(f"COPY mailboxes_mailbox ({columns}) FROM STDIN") as copy:
            for number in range(50):
                name = f"n{number}"
                copy.write_row((
                    uuid4(), acme.pk, rows.pk, name, f"{name}@acme.test", "2026-01-01", False,
                    False, "", "x", "deleting" if number % 5 == 0 else "active", GB, 1, "mail1", "",
                ))  # fmt: skip
    check()
    acme.refresh_from_db()
    assert acme.mailbox_count == 42
    assert Mailbox.objects.get(local_part="n1").domain_local


def test_many_rows_deleted_by_one_statement(rows, acme):
    run("DELETE FROM mailboxes_mailbox WHERE local_part <> 'one'")
    run("DELETE FROM mailboxes_alias")
    check()
    acme.refresh_from_db()
    assert (acme.mailbox_count, acme.alias_count) == (1, 0)


def test_an_alias_domain_deleted_without_the_panel(rows, acme):
    Domain.objects.filter(name="mirror.test").delete()
    check()
    acme.refresh_from_db()
    assert acme.domain_count == 1


def test_rows_that_move_to_another_account(rows, charlie):
    elsewhere = charlie.memberships.get().account
    Account.objects.filter(pk=elsewhere.pk).update(provider_step=20)
    Domain.objects.update(account=elsewhere)
    Mailbox.objects.update(account=elsewhere)
    Alias.objects.update(account=elsewhere)
    check()


def test_rows_that_move_to_another_domain(rows, acme):
    other = make_domain(acme, "other.test", proved=False)
    Mailbox.objects.filter(local_part="one").update(domain=other, address="one@other.test")
    Alias.objects.update(domain=other, address="team@other.test")
    check()
    assert not Mailbox.objects.get(local_part="one").domain_served


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE mailboxes_mailbox SET domain_served = NOT domain_served WHERE local_part = 'one'",
         "one@acme.test"),
        ("UPDATE mailboxes_alias SET domain_local = NOT domain_local", "team@acme.test"),
        ("UPDATE mailboxes_mailbox SET suspension_above = 20 WHERE local_part = 'one'",
         "one@acme.test"),
        ("UPDATE domains_domain SET suspension_above = 30 WHERE name = 'mirror.test'",
         "mirror.test"),
        ("UPDATE domains_domain SET mailbox_count = 7 WHERE name = 'acme.test'", "acme.test"),
        ("UPDATE domains_domain SET alias_count = 0 WHERE name = 'acme.test'", "acme.test"),
        ("UPDATE accounts_account SET domain_count = 9", "acme"),
        ("UPDATE accounts_account SET mailbox_count = 9", "acme"),
        ("UPDATE accounts_account SET alias_count = 9", "acme"),
    ],
)  # fmt: skip
def test_planted_drift_is_found(rows, sql, what):
    run(sql)
    with pytest.raises(CommandError, match=what):
        check()
