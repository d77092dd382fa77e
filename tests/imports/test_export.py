"""What is exported makes the same again, and nothing in it lives."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from domains.models import Domain
from mailboxes import rules
from mailboxes.models import Alias, Mailbox, MailRules
from mailboxes.services import disable_mailbox
from tests.conftest import GB, make_alias, make_domain, make_mailbox
from tests.imports.conftest import reasons, states

HASHES = {"sure": "on"}


def content(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def export(client, kind, with_hashes=False) -> bytes:
    if with_hashes:
        address = reverse("imports:export_hashes", args=["acme"])
        return content(client.post(address, {**HASHES, "kind": kind}))
    return content(client.get(reverse("imports:export", args=["acme"]), {"kind": kind}))


@pytest.fixture
def full(acme, domain, actor):
    """Something of everything."""
    make_domain(acme, "mirror.test", alias_of=domain)
    Domain.objects.filter(pk=domain.pk).update(
        catch_all="office@elsewhere.test", mailbox_limit=20, largest_size_bytes=8 * GB,
        default_size_bytes=2 * GB, spam_level="permissive",
    )  # fmt: skip
    ann = make_mailbox(domain, "ann")
    Mailbox.objects.filter(pk=ann.pk).update(display_name="=cmd|'/C calc'!A0", language="de")
    rules.set_forwarding(mailbox=ann, forward_to=["x@y.test"], keep_copy=False, actor=actor)
    disable_mailbox(mailbox=make_mailbox(domain, "bob"), actor=actor)
    Mailbox.objects.filter(local_part="bob").update(quota_bytes=2 * GB)
    make_alias(domain, "team", "ann@acme.test", "x@y.test")


def snapshot():
    box = ("address", "display_name", "password_hash", "state", "quota_bytes", "language")
    return [
        set(Mailbox.objects.values_list(*box)),
        set(Alias.objects.values_list("address", "targets__0", "targets__1")),
        set(MailRules.objects.values_list("mailbox__address", "forward_to__0", "keep_copy")),
        set(
            Domain.objects.values_list(
                "name",
                "alias_of__name",
                "catch_all",
                "mailbox_limit",
                "largest_size_bytes",
                "default_size_bytes",
                "spam_level",
            )
        ),
    ]


KINDS = [
    ("domain", "expert"),
    ("alias_domain", "default"),
    ("mailbox", "expert"),
    ("alias", "default"),
]


@pytest.mark.parametrize(("kind", "mode"), KINDS)
@pytest.mark.parametrize("with_hashes", [False, True])
def test_imported_where_it_is_from_it_changes_nothing(
    as_alice, uploaded, full, kind, mode, with_hashes
):
    if with_hashes and kind not in ("domain", "mailbox"):
        return
    before = snapshot()
    job = uploaded(export(as_alice, kind, with_hashes), kind=kind, mode=mode)
    assert (set(states(job)), reasons(job)) == ({"same"}, "")
    assert job.status == "done"
    assert snapshot() == before


def test_imported_after_all_is_gone_everything_is_there_again(as_alice, imported, full):
    before = snapshot()
    files = {kind: export(as_alice, kind, kind == "mailbox") for kind in ("mailbox", "alias")}
    Alias.objects.all().delete()
    Mailbox.objects.exclude(local_part="postmaster").delete()
    imported(files["mailbox"], mode="expert")
    imported(files["alias"], kind="alias")
    assert snapshot() == before


def test_no_formula_lives_in_it(as_alice, full):
    assert b";'=cmd|'/C calc'!A0;" in export(as_alice, "mailbox")


def test_hashes_leave_only_when_the_owner_is_sure_and_that_is_written_down(as_alice, full):
    address = reverse("imports:export_hashes", args=["acme"])
    assert as_alice.post(address, {"kind": "mailbox"}).status_code == 422
    assert b"{ARGON2ID}" not in export(as_alice, "mailbox")
    assert not AuditEvent.objects.filter(action="import.exported").exists()
    assert b"{ARGON2ID}" in export(as_alice, "mailbox", with_hashes=True)
    assert AuditEvent.objects.filter(action="import.exported").exists()
