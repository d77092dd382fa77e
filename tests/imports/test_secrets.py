"""Passwords: encrypted from the first moment on, erased in the end, and nowhere else."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent
from mailboxes.imports import services, uploads, work
from mailboxes.imports.models import ImportJob, ImportRow, Piece
from mailboxes.models import Mailbox
from mailboxes.passwords import matches
from notifications.models import Alert
from tests.imports.conftest import HASH, do_all, states

SECRET = "an unusual Pa55word"


def everything_stored() -> str:
    """All rows that an import may write to, as the database would dump them."""
    with connection.cursor() as cursor:
        found = []
        for table in ("imports_importjob", "imports_importrow", "imports_piece",
                      "accounts_auditevent", "notifications_alert"):  # fmt: skip
            cursor.execute(f"SELECT t::text, encode(t::text::bytea, 'escape') FROM {table} AS t")
            found += [part for row in cursor.fetchall() for part in row]
    return "\n".join(found)


def test_a_large_file_is_kept_in_pieces_of_which_one_is_read_at_a_time(acme, actor, monkeypatch):
    monkeypatch.setattr(uploads, "PIECE_BYTES", 100)
    content = b"ann@acme.test;x\n" * 50
    file = SimpleUploadedFile("list.csv", content)
    job = services.upload(
        account=acme, kind="mailbox", mode="default", file=file, domain_ids=None, actor=actor
    )
    assert Piece.objects.count() == 8
    assert b"".join(uploads.pieces(job)) == content


def test_it_is_never_stored_as_it_is(acme, actor, domain):
    file = SimpleUploadedFile(
        "list.csv", f"ann@acme.test;{SECRET}\nbob@acme.test;{HASH}\n".encode()
    )
    job = services.upload(
        account=acme, kind="mailbox", mode="default", file=file, domain_ids=None, actor=actor
    )
    assert Piece.objects.exists()
    seen = everything_stored()
    do_all(job)
    seen += everything_stored()
    services.apply(job=job, domain_ids=None, actor=actor)
    do_all(job)
    seen += everything_stored()
    assert "ann@acme.test" in seen
    assert SECRET not in seen
    assert HASH not in seen
    assert SECRET.encode().hex() not in seen


def test_all_of_it_is_gone_when_the_job_ends(imported, domain):
    job = imported(f"ann@acme.test;{SECRET}\nbob@acme.test;{SECRET};more\n")
    assert states(job) == ["made", "invalid"]
    assert not Piece.objects.exists()
    assert not ImportRow.objects.exclude(secret_encrypted=None).exists()


def test_the_file_is_gone_as_soon_as_it_is_checked(uploaded, domain):
    uploaded(f"ann@acme.test;{SECRET}\n")
    assert not Piece.objects.exists()


def test_what_nobody_applies_is_closed_after_a_day(uploaded, domain):
    job = uploaded(f"ann@acme.test;{SECRET}\n")
    work.close_the_forgotten()
    job.refresh_from_db()
    assert job.status == "ready"
    yesterday = timezone.now() - timedelta(hours=25)
    ImportJob.objects.filter(pk=job.pk).update(created_at=yesterday)
    work.close_the_forgotten()
    job.refresh_from_db()
    assert (job.status, job.problem[:18]) == ("failed", "It was not applied")
    assert not ImportRow.objects.exclude(secret_encrypted=None).exists()


def test_a_lost_key_ends_the_job_with_the_reason(uploaded, actor, domain, settings):
    job = uploaded(f"ann@acme.test;{SECRET}\n")
    services.apply(job=job, domain_ids=None, actor=actor)
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]
    assert do_all(job).status == "failed"
    assert "key" in job.problem
    assert not Mailbox.objects.filter(local_part="ann").exists()


def test_faulty_rows_come_sealed_and_are_taken_back_as_they_are(
    as_alice, uploaded, imported, domain
):
    job = uploaded(f"ann@acme.tset;{SECRET}\n=eve@acme.test;{SECRET}\n")
    file = as_alice.get(f"{job.get_absolute_url()}faulty.csv")
    content = b"".join(file.streaming_content).decode("utf-8-sig")
    assert content.startswith("address;password;reason\r\n")
    assert SECRET not in content
    assert "There is no active domain acme.tset here." in content
    assert "'=eve@acme.test" in content
    again = imported(content.replace("acme.tset", "acme.test"))
    assert (again.has_header, states(again)) == (True, ["made", "invalid"])
    assert matches(SECRET, Mailbox.objects.get(local_part="ann").password_hash)


def test_a_sealed_password_opens_nothing_in_another_account(as_alice, uploaded, charlie, domain):
    job = uploaded(f"ann@acme.tset;{SECRET}\n")
    file = as_alice.get(f"{job.get_absolute_url()}faulty.csv")
    content = b"".join(file.streaming_content)
    other = charlie.memberships.get().account
    theirs = uploaded(content, account=other)
    assert "cannot be opened any more, or not in this account" in str(theirs.rows.get().faults)


def test_nothing_of_it_is_told(imported, domain, caplog):
    caplog.set_level("DEBUG")
    imported(f"ann@acme.test;{SECRET}\n")
    assert SECRET not in caplog.text
    assert SECRET not in str(list(AuditEvent.objects.values()))
    assert SECRET not in str(list(Alert.objects.values()))
