"""A list of mailboxes, from the file to what can be signed in to."""

from django.core import mail

from mailboxes.models import Mailbox, MailRules, Recovery
from mailboxes.passwords import matches
from tests.conftest import GB, PASSWORD, make_alias
from tests.imports.conftest import HASH, reasons, states


def test_each_good_row_becomes_a_mailbox_with_its_password(imported, domain):
    job = imported(f"ann@acme.test;{PASSWORD}\nbob@acme.test;{HASH}\n")
    assert (job.status, states(job)) == ("done", ["made", "made"])
    ann, bob = Mailbox.objects.exclude(local_part="postmaster").order_by("address")
    assert matches(PASSWORD, ann.password_hash)
    assert bob.password_hash == HASH
    assert (ann.state, ann.quota_bytes) == ("active", 8 * GB)


def test_nothing_is_made_before_it_is_applied(uploaded, domain):
    job = uploaded(f"ann@acme.test;{PASSWORD}\n")
    assert (job.status, states(job)) == ("ready", ["create"])
    assert not Mailbox.objects.filter(local_part="ann").exists()


def test_the_optional_columns_of_an_expert_file_count(imported, domain):
    row = f"ann@acme.test;{PASSWORD};Ann;Example;2;team@elsewhere.test;no;;no\n"
    job = imported(row, mode="expert")
    assert states(job) == ["made"]
    ann = Mailbox.objects.get(local_part="ann")
    assert (ann.display_name, ann.quota_bytes) == ("Ann Example", 2 * GB)
    rules = MailRules.objects.get(mailbox=ann)
    assert (rules.forward_to, rules.keep_copy) == (["team@elsewhere.test"], False)


def test_a_recovery_address_is_asked_by_mail(imported, uploaded, domain, posted):
    row = f"ann@acme.test;{PASSWORD};;;;;;Ann@Home.test;\n"
    assert states(imported(row, mode="expert")) == ["made"]
    kept = Recovery.objects.get(mailbox__local_part="ann")
    assert (kept.address, kept.confirmed_at) == ("ann@home.test", None)
    assert mail.outbox == []  # not while the account is locked
    assert posted()[0].to == ["ann@home.test"]
    assert states(uploaded(row, mode="expert")) == ["same"]
    other = uploaded(row.replace("Home", "work"), mode="expert")
    assert "1 recovery_address: There already, with ann@home.test." in reasons(other)


def test_the_same_file_again_changes_nothing(imported, uploaded, domain):
    file = f"ann@acme.test;{PASSWORD};Ann;;2;;;;\n"
    imported(file, mode="expert")
    before = list(Mailbox.objects.order_by("pk").values())
    again = uploaded(file, mode="expert")
    assert (again.status, states(again)) == ("done", ["same"])
    assert list(Mailbox.objects.order_by("pk").values()) == before


def test_what_is_there_with_other_settings_is_a_conflict(imported, uploaded, domain):
    imported(f"ann@acme.test;{PASSWORD};Ann;;2;;;;\n", mode="expert")
    job = uploaded(f"ann@acme.test;{PASSWORD};Anna;;3;;;;\n", mode="expert")
    assert (job.status, states(job)) == ("invalid", ["conflict"])
    assert "1 first_name: There already, with Ann." in reasons(job)
    assert "1 quota_gb: There already, with 2 GB." in reasons(job)


def test_what_is_wrong_is_said_in_the_words_of_the_form(uploaded, domain):
    make_alias(domain, "team", "info@acme.test")
    job = uploaded(
        "ann@acme.test;short\n"
        "an n@acme.test;correct horse\n"
        "ann@elsewhere.test;correct horse\n"
        "team@acme.test;correct horse\n"
        "ann;correct horse\n"
        "kim@acme.test\n"
        "eve@acme.test;{PLAIN}secret\n"
        "zoe@acme.test;\n"
        "good@acme.test;correct horse\n"
        "GOOD@ACME.test;correct horse\n"
        "long@acme.test;correct horse;Long;;;;;;\n"
    )
    said = reasons(job)
    assert "1 password: This password is too short." in said
    assert "2 address: Use the letters a to z" in said
    assert "3 address: There is no active domain elsewhere.test here." in said
    assert "4 address: team@acme.test is an alias already." in said
    assert "5 address: Write a whole address" in said
    assert "6 : This row has 1 columns instead of 2: address; password." in said
    assert "7 password: Hashes are taken in these schemes: ARGON2ID" in said
    assert "8 password: This field is required." in said
    assert "10 : Line 9 is about good@acme.test too." in said
    assert "11 : This row has 9 columns instead of 2: address; password. For the optional" in said
    conflicts = {4: "conflict", 9: "create", 10: "conflict"}
    assert states(job) == [conflicts.get(line, "invalid") for line in range(1, 12)]
