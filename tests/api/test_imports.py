"""Files to import, and mail that moves in."""

from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mailboxes.imports import uploads
from mailboxes.imports.models import ImportJob
from mailboxes.imports.work import take_turn
from mailboxes.migration.models import MigrationMailbox
from mailboxes.models import Mailbox
from tests.conftest import PASSWORD
from tests.imports.conftest import do_all

FILE = f"info@acme.test;{PASSWORD}\nsales@acme.test;short\n"
OLD = {"address": "info@acme.test", "remote_user": "old; one", "remote_password": 'p"w'}
SOURCE = {"host": "imap.example.com", "mailboxes": [OLD]}


@pytest.fixture
def uploaded(api, domain):
    response = api.post("/imports", {"kind": "mailbox", "content": FILE, "file_name": "a.csv"})
    assert response.status_code == 202, response.text
    return response["Location"].removeprefix("/api/v1")


def test_a_file_is_checked_before_anything_is_made(api, uploaded):
    shown = api.get(uploaded).json()
    assert (shown["status"], shown["file_name"]) == ("validating", "a.csv")
    while take_turn(UUID(shown["id"])):
        pass
    assert api.get(uploaded).json()["status"] in ("ready", "invalid")
    assert not Mailbox.objects.filter(local_part="info").exists()
    rows = api.get(f"{uploaded}/rows").json()
    assert {row["line"] for row in rows} == {1, 2}
    (wrong,) = [row for row in rows if row["key"].startswith("sales")]
    assert wrong["faults"][0]["sentence"]
    assert PASSWORD not in str(rows)


def test_an_import_that_is_not_ready_is_not_applied(api, uploaded):
    assert "has moved on meanwhile" in api.post(f"{uploaded}/apply").json()["detail"]


def test_what_was_imported_by_a_program_is_recorded_with_its_name(api, uploaded, acme):
    (job,) = ImportJob.objects.all()
    job = do_all(job)
    assert api.post(f"{uploaded}/apply").status_code == 202
    assert do_all(job).status == "done_skipped"
    events = acme.audit_events.filter(action__startswith="import.")
    assert {event.action for event in events} >= {"import.uploaded", "import.ended"}
    assert {event.token_name for event in events} == {"Deploy"}


@pytest.mark.parametrize("place", ["2020-01-01", "2020-01-01T00:00:00", "x"])
def test_what_is_no_place_in_the_list_is_said(api, uploaded, place):
    problem = api.get(f"/imports?after={place}").json()
    assert [each["parameter"] for each in problem["errors"]] == ["after"]
    assert "take it from the Link" in problem["errors"][0]["detail"]


def test_imports_come_in_pages(api, uploaded):
    api.post("/imports", {"kind": "mailbox", "content": FILE, "file_name": "b.csv"})
    first = api.get("/imports?limit=1")
    address = first["Link"].partition(">")[0].partition("/api/v1")[2]
    found = [*first.json(), *api.get(address).json()]
    assert [each["file_name"] for each in found] == ["b.csv", "a.csv"]


def test_an_import_is_discarded(api, uploaded):
    assert [each["file_name"] for each in api.get("/imports").json()] == ["a.csv"]
    assert api.delete(uploaded).status_code == 204
    assert not ImportJob.objects.exists()


def test_what_is_wrong_with_a_file_is_said(api, domain):
    problem = api.post("/imports", {"kind": "nonsense", "content": ""}).json()
    assert problem["errors"][0]["pointer"] == "#/kind"
    problem = api.post("/imports", {"kind": "mailbox", "content": ""}).json()
    assert problem["errors"][0]["pointer"] == "#/content"


def test_a_body_that_is_too_large_is_said(api, domain):
    response = api.post("/imports", {"kind": "mailbox", "content": "x" * 1_000_001})
    assert response.status_code == 400
    assert "at most 1000 KB" in response.json()["detail"]


def send_file(api, content, name="list.csv", kind="mailbox", key="", **more):
    file = SimpleUploadedFile(name, content)
    headers = {"Authorization": f"Bearer {api.secret}"} | ({"Idempotency-Key": key} if key else {})
    sent = {"kind": kind, "file": file, **more}
    return Client().post("/api/v1/imports/files", sent, headers=headers)


def test_a_file_of_several_megabytes_is_sent_as_it_is(api, domain, acme):
    lines = "".join(f"m{n}@acme.test;{PASSWORD};Grün;;;;;;\n" for n in range(40_000))
    content = lines.encode("latin-1")
    assert len(content) > 1_500_000
    response = send_file(api, content, mode="expert")
    assert response.status_code == 202, response.text
    job = acme.imports.get()
    assert (job.file_name, job.mode, job.token) == ("list.csv", "expert", "Deploy")
    assert response["Location"] == f"/api/v1/imports/{job.pk}"
    assert sum(len(piece) for piece in uploads.pieces(job)) == len(content)


def test_a_file_that_is_sent_twice_with_one_key_is_one_import(api, domain, acme):
    first = send_file(api, FILE.encode(), key="one")
    again = send_file(api, FILE.encode(), key="one")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first["Location"] == again["Location"]
    assert b"".join(uploads.pieces(acme.imports.get())) == FILE.encode()
    other = send_file(api, FILE.encode() + b"more;x", key="one")
    assert "came with another request" in other.json()["detail"]


def test_a_list_that_is_sent_twice_with_one_key_is_one_import(api, domain, acme):
    new = {"kind": "mailbox", "content": FILE}
    for _time in range(2):
        assert api.post("/imports", new, Idempotency_Key="one").status_code == 202
    assert acme.imports.count() == 1


@pytest.mark.parametrize("kept", [True, False])
def test_a_file_beyond_the_limit_is_said(api, domain, settings, kept):
    settings.IMPORT_BYTES = 2**20
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 2**21 if kept else 2**20
    (entry,) = send_file(api, b"x" * (2**20 + 1)).json()["errors"]
    assert (entry["pointer"], entry["detail"][:31]) == ("#/file", "The file has more than 1 MB. Sp")


@pytest.mark.parametrize(
    ("sent", "where"), [({"kind": "nonsense"}, "kind"), ({"mode": "x"}, "mode")]
)
def test_what_is_wrong_beside_a_file_is_said(api, domain, sent, where):
    (entry,) = send_file(api, b"a@acme.test;x\n", **sent).json()["errors"]
    assert entry["pointer"] == f"#/{where}"


def test_without_a_file_it_is_said(api, domain):
    response = api.post("/imports/files", {"kind": "mailbox"})
    assert response.status_code == 422


@pytest.fixture
def migration(api, mailbox):
    response = api.post("/migrations", SOURCE)
    assert response.status_code == 201, response.text
    return response["Location"].removeprefix("/api/v1")


def test_mail_moves_in(api, migration):
    shown = api.get(migration).json()
    assert (shown["host"], shown["port"], shown["mailboxes"]) == ("imap.example.com", 993, 1)
    assert (shown["step"], shown["waiting"], shown["at_work"]) == ("test", 1, True)
    (move,) = api.get(f"{migration}/mailboxes").json()
    assert (move["address"], move["remote_user"]) == ("info@acme.test", "old; one")
    assert "It is at work" in api.post(f"{migration}/copy").json()["detail"]
    MigrationMailbox.objects.update(state="done")
    begun = api.post(f"{migration}/copy")
    assert (begun.status_code, begun.json()["step"]) == (202, "copy")
    assert begun["Location"] == f"/api/v1{migration}"
    assert api.post(f"{migration}/pause").json()["paused"] == 1
    assert api.post(f"{migration}/resume").status_code == 202
    assert [each["id"] for each in api.get("/migrations").json()] == [shown["id"]]
    assert api.delete(migration).status_code == 204


def test_no_password_of_the_source_comes_back(api, migration):
    for path in ("/migrations", migration, f"{migration}/mailboxes", "/audit-events"):
        assert 'p\\"w' not in api.get(path).text


def test_what_is_wrong_with_a_source_is_said(api, mailbox):
    wrong = {**SOURCE, "host": "no host"}
    problem = api.post("/migrations", wrong).json()
    assert "#/host" in [each["pointer"] for each in problem["errors"]]
    problem = api.post("/migrations", {**SOURCE, "mailboxes": []}).json()
    assert [each["pointer"] for each in problem["errors"]] == ["#/mailboxes"]


def test_without_the_features_both_are_refused(api, plan, mailbox):
    plan.imports = plan.migration = False
    plan.save()
    assert api.get("/imports").status_code == api.get("/migrations").status_code == 403
