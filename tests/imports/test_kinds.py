"""Lists of domains, alias domains and aliases; who may import what."""

from accounts.audit import Actor
from domains.activation import activate
from domains.models import Domain
from mailboxes.models import Alias, Mailbox
from mailboxes.passwords import matches
from tests.conftest import GB, PASSWORD, make_domain
from tests.imports.conftest import HASH, reasons, states


def test_a_domain_is_claimed_with_a_key_and_waits_for_its_proof(imported, acme):
    job = imported(f"new.test;{PASSWORD}\nXN--BCHER-KVA.test;\n", kind="domain")
    assert states(job) == ["made", "made"]
    assert set(acme.domains.values_list("name", "status")) == {
        ("new.test", "pending"), ("xn--bcher-kva.test", "pending"),
    }  # fmt: skip
    assert all(domain.dkim_keys.count() == 1 for domain in acme.domains.all())


def test_its_postmaster_has_the_password_of_the_file_from_the_proof_on(imported, acme, actor):
    imported(f"new.test;{PASSWORD}\n", kind="domain")
    domain = acme.domains.get()
    activate(domain=domain, method="test", actor=actor)
    postmaster = Mailbox.objects.get(address="postmaster@new.test")
    assert matches(PASSWORD, postmaster.password_hash)
    assert Domain.objects.get().postmaster_hash == ""


def test_an_expert_file_of_domains_may_name_a_catch_all(imported, uploaded, acme):
    row = "new.test;;;;;;;;office@elsewhere.test\n"
    assert states(imported(row, kind="domain", mode="expert")) == ["made"]
    assert acme.domains.get().catch_all == "office@elsewhere.test"
    assert states(uploaded(row, kind="domain", mode="expert")) == ["same"]
    gold = "other.test;;gold;;;;;;\n"
    assert "1 plan: A domain has none of its own here" in reasons(
        uploaded(gold, kind="domain", mode="expert")
    )


def test_an_expert_file_of_domains_sets_what_an_owner_may_set(imported, uploaded, acme, bob):
    row = "new.test;;;20;;2;8;permissive;\n"
    assert states(imported(row, kind="domain", mode="expert")) == ["made"]
    new = acme.domains.get()
    assert (new.mailbox_limit, new.default_size_bytes, new.largest_size_bytes) == (
        20,
        2 * GB,
        8 * GB,
    )
    assert new.spam_level == "permissive"
    assert states(uploaded(row, kind="domain", mode="expert")) == ["same"]
    manager = Actor(acme, bob)
    bob.memberships.update(role=30)
    job = uploaded("more.test;;;20;;;;;\n", kind="domain", mode="expert", actor=manager)
    assert "1 max_mailboxes: Only an owner of the account limits domains." in reasons(job)
    odd = imported("odd.test;;;;;3 MB;;;\n", kind="domain", mode="expert")
    assert (states(odd), "Created without its limits." in reasons(odd)) == (["made"], True)


def test_an_alias_domain_needs_a_domain_of_the_account(imported, uploaded, acme, domain, charlie):
    make_domain(charlie.memberships.get().account, "elsewhere.test")
    job = imported(
        "mirror.test;acme.test\nother.test;elsewhere.test\nacme.test;acme.test\n",
        kind="alias_domain",
    )
    assert states(job) == ["made", "invalid", "conflict"]
    assert acme.domains.get(name="mirror.test").alias_of == domain
    assert "2 domain: This account has no domain elsewhere.test." in reasons(job)
    assert states(uploaded("mirror.test;acme.test\n", kind="alias_domain")) == ["same"]


def test_an_alias_goes_to_all_its_destinations(imported, uploaded, domain):
    job = imported(
        "team@acme.test;ann@acme.test,bob@elsewhere.test\n"
        "self@acme.test;self@acme.test\n"
        "none@acme.test;\n"
        "postmaster@acme.test;ann@acme.test\n",
        kind="alias",
    )
    assert states(job) == ["made", "invalid", "invalid", "conflict"]
    assert Alias.objects.get().targets == ["ann@acme.test", "bob@elsewhere.test"]
    assert "2 destination: An alias cannot go to itself." in reasons(job)
    changed = uploaded("team@acme.test;eve@acme.test\n", kind="alias")
    assert "There already, with ann@acme.test, bob@elsewhere.test." in reasons(changed)


def test_destinations_may_be_parted_by_what_parts_the_columns(imported, domain):
    imported("team@acme.test,ann@acme.test,bob@elsewhere.test\n", kind="alias")
    assert Alias.objects.get().targets == ["ann@acme.test", "bob@elsewhere.test"]


def test_a_mailbox_that_forwards_in_a_circle_is_made_without_it(imported, domain):
    job = imported(
        f"ann@acme.test;{HASH};;;;bob@acme.test;;;\nbob@acme.test;{HASH};;;;ann@acme.test;;;\n",
        mode="expert",
    )
    assert states(job) == ["made", "made"]
    assert "2 forward_to: Created without it." in reasons(job)


def test_a_postmaster_reaches_only_the_chosen_domains(imported, acme, domain):
    make_domain(acme, "other.test")
    file = f"ann@acme.test;{HASH}\nann@other.test;{HASH}\n"
    job = imported(file, domain_ids=[domain.pk])
    assert states(job) == ["made", "invalid"]
    assert "2 address: There is no active domain other.test here." in reasons(job)


def test_a_header_may_order_the_columns_and_its_reason_is_ignored(imported, domain):
    job = imported(f"Password;Address;Reason\n{HASH};ann@acme.test;too short\n")
    assert (job.has_header, states(job)) == (True, ["made"])


def test_a_header_that_lacks_a_column_or_has_one_too_many_is_said(uploaded, domain):
    assert "The header lacks password." in uploaded("address\nann@acme.test\n").problem
    assert "not known here: “phone”" in uploaded("address;password;phone\n").problem
    assert "Choose Expert" in uploaded("address;password;quota_gb\n").problem
    assert "names a column twice" in uploaded("address;password;address\n").problem
    assert "a header and no rows" in uploaded("address;password\n").problem
    assert "The file is empty." in uploaded("").problem
    assert "more than 2 rows" not in uploaded(f"ann@acme.test;{HASH}\n").problem


def test_too_many_rows_are_refused(uploaded, domain, settings):
    settings.IMPORT_ROWS = 2
    job = uploaded("".join(f"{name}@acme.test;{HASH}\n" for name in "abc"))
    assert (job.status, "more than 2 rows" in job.problem) == ("invalid", True)
    assert not job.rows.exclude(secret_encrypted=None).exists()
