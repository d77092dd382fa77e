"""The pages: upload, rehearsal, apply, discard, downloads."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Plan
from mailboxes.imports import services
from mailboxes.imports.models import ImportJob, ImportRow, Piece
from mailboxes.models import Mailbox
from tests.conftest import HTMX, PASSWORD
from tests.imports.conftest import do_all


def url(name, *args):
    return reverse(f"imports:{name}", args=["acme", *args])


def send(client, content, **typed):
    file = SimpleUploadedFile("people.csv", content.encode())
    typed = {"kind": "mailbox", "mode": "default", "file": file, **typed}
    return client.post(url("add"), typed)


def test_a_file_is_uploaded_and_checked_by_a_worker(as_alice, domain, queued):
    with queued() as jobs:
        response = send(as_alice, f"ann@acme.test;{PASSWORD}\n")
    job = ImportJob.objects.get()
    assert (response.status_code, response.url) == (302, job.get_absolute_url())
    assert jobs == [("mailboxes.imports.tasks.work", str(job.pk))]
    page = as_alice.get(job.get_absolute_url())
    assert "hx-trigger" in page.text
    assert "Checking" in page.text


def test_the_page_shows_each_row_and_asks_before_it_is_done(as_alice, uploaded, domain):
    job = uploaded(f"ann@acme.test;{PASSWORD}\nbob@acme.test;short\n")
    page = as_alice.get(job.get_absolute_url()).text
    assert "Apply 1 good row" in page
    assert "ann@acme.test" in page
    assert "This password is too short" in page
    assert PASSWORD not in page
    only = as_alice.get(f"{job.get_absolute_url()}?state=invalid").text
    assert "bob@acme.test" in only
    assert "ann@acme.test" not in only


def test_applied_it_is_done_by_a_worker(as_alice, alice, uploaded, domain, queued):
    job = uploaded(f"ann@acme.test;{PASSWORD}\n")
    with queued() as jobs:
        assert as_alice.post(url("apply", job.pk)).status_code == 302
    assert jobs == [("mailboxes.imports.tasks.work", str(job.pk))]
    assert do_all(job).status == "done"
    assert Mailbox.objects.filter(local_part="ann").exists()
    page = as_alice.get(url("status", job.pk), headers=HTMX).text
    assert "Done" in page
    assert "hx-trigger" not in page
    assert AuditEvent.objects.filter(action="import.ended", actor=alice).exists()


def test_it_is_applied_once(as_alice, uploaded, domain):
    job = uploaded(f"ann@acme.test;{PASSWORD}\n")
    assert as_alice.post(url("apply", job.pk)).status_code == 302
    again = as_alice.post(url("apply", job.pk))
    assert again.status_code == 422
    assert "has moved on meanwhile" in again.text


def test_discarded_nothing_of_it_is_left(as_alice, uploaded, domain):
    job = uploaded(f"ann@acme.test;{PASSWORD}\n")
    assert as_alice.post(url("discard", job.pk)).status_code == 302
    assert not ImportJob.objects.exists()
    assert not ImportRow.objects.exists()
    assert not Piece.objects.exists()


def test_what_is_running_cannot_be_discarded(as_alice, uploaded, domain):
    job = uploaded(f"ann@acme.test;{PASSWORD}\n")
    as_alice.post(url("apply", job.pk))
    assert as_alice.post(url("discard", job.pk)).status_code == 422


def test_a_file_that_is_too_large_is_refused_where_it_was_chosen(as_alice, domain, settings):
    settings.IMPORT_BYTES = 10
    response = send(as_alice, f"ann@acme.test;{PASSWORD}\n")
    assert response.status_code == 422
    assert "The file has more than 0 MB" in response.text
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    response = send(as_alice, f"ann@acme.test;{PASSWORD}\n" * 100)
    assert response.status_code == 422
    assert "The file has more than 0 MB" in response.text


def test_no_more_than_a_few_are_open(as_alice, domain, settings, monkeypatch):
    monkeypatch.setattr(services, "MOST_OPEN", 1)
    assert send(as_alice, f"ann@acme.test;{PASSWORD}\n").status_code == 302
    response = send(as_alice, f"ann@acme.test;{PASSWORD}\n")
    assert response.status_code == 422
    assert "1 imports are open" in response.text


@pytest.mark.parametrize("kind", ["domain", "alias_domain", "mailbox", "alias"])
@pytest.mark.parametrize("mode", ["default", "expert"])
def test_each_sample_passes_the_check_of_its_columns(as_alice, acme, uploaded, kind, mode):
    sample = as_alice.get(url("sample"), {"kind": kind, "mode": mode})
    content = b"".join(sample.streaming_content)
    job = uploaded(content, kind=kind, mode=mode if kind in ("domain", "mailbox") else "default")
    assert job.has_header
    assert "columns" not in job.problem
    assert job.rows.exists()


def test_without_imports_in_the_plan_the_pages_say_whom_to_ask(as_alice, acme):
    Plan.objects.filter(pk=acme.plan_id).update(imports=False)
    for name in ("list", "add", "export"):
        response = as_alice.get(url(name))
        assert response.status_code == 403
        assert "Imports are not part of your plan." in response.text


def statements(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_list_and_a_page_cost_the_same_for_many_rows(as_alice, acme, uploaded, domain):
    job = uploaded("ann@acme.test;short\n")
    few = [statements(as_alice, address) for address in (url("list"), job.get_absolute_url())]
    ImportJob.objects.bulk_create(
        ImportJob(account=acme, kind="alias", file_name=f"{number}.csv", status="done")
        for number in range(20)
    )
    ImportRow.objects.bulk_create(
        ImportRow(job=job, line=line, state="invalid", faults=[("", "no")]) for line in range(2, 22)
    )
    many = [statements(as_alice, address) for address in (url("list"), job.get_absolute_url())]
    assert many == few
    assert max(few) <= 12


def test_a_viewer_finds_no_imports_and_a_manager_no_hashes(client, bob, acme, domain):
    client.force_login(bob)
    assert client.get(url("list")).status_code == 403
    bob.memberships.update(role=30)
    page = client.get(url("list")).text
    assert "Mailboxes with hashes" not in page
    assert client.post(url("export_hashes"), {"sure": "on"}).status_code == 403
    bob.memberships.update(role=20)
    assert "Alias domains" not in client.get(url("list")).text
    assert send(client, "new.test;\n", kind="domain").status_code == 422
    assert client.get(url("export"), {"kind": "domain"}).status_code == 403
