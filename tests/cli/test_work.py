"""Work that goes on after the answer, with a worker that does it and the real mail server."""

import json
import re

import pytest
from django.conf import settings

from mailboxes.migration.models import MigrationJob
from mailboxes.models import Mailbox
from tests.conftest import PASSWORD, make_mailbox
from tests.worker import at_work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def worker(live_server, monkeypatch):
    with at_work(monkeypatch):
        yield


def test_a_file_is_sent_followed_and_applied(kuploy, domain, tmp_path):
    file = tmp_path / "new.csv"
    file.write_bytes(f"ann@acme.test;{PASSWORD};J\xfcrg;;;;;;\n".encode("latin-1"))
    checked = json.loads(kuploy(f"imports send mailbox {file} --mode expert --json"))
    assert (checked["status"], checked["rows"]) == ("ready", {"create": 1})
    done = kuploy(f"imports apply {checked['id']}")
    assert "Status\tdone" in done
    assert Mailbox.objects.get(local_part="ann").display_name == "J\xfcrg"


def test_a_terminal_sees_how_far_it_is(terminal, domain, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text("".join(f"m{n}@acme.test;{PASSWORD}\n" for n in range(10)))
    shown = terminal(f"imports send mailbox {file}")
    assert re.search(r"mailbox new\.csv [━╸╺ ]+", shown)
    assert re.search(r"Status +ready", shown)


def test_a_file_without_a_good_row_ends_with_1(run, domain):
    done = run("imports send mailbox -", "ann@acme.test;short\n", code=1)
    assert "The import is invalid." in done.stderr


SOURCE = f"migrations add 127.0.0.1 - --port {settings.IMAP_PORT} --any-certificate"


def test_mail_moves_in_from_the_command_line(kuploy, run, domain):
    """Our own server plays the old one."""
    for name in ("old", "new"):
        make_mailbox(domain, name)
    added = json.loads(kuploy(f"{SOURCE} --json", f"old@acme.test;{PASSWORD};new@acme.test\n"))
    assert (added["step"], added["done"], added["failed"]) == ("test", 1, 0)
    copied = kuploy(f"migrations copy {added['id']}")
    assert "Done\t1" in copied
    assert "done" in kuploy(f"migrations mailboxes {added['id']}")


def test_a_wrong_password_there_ends_with_1_and_shows_where_to_look(run, domain):
    make_mailbox(domain, "new")
    done = run(SOURCE, "old@acme.test;wrong one;new@acme.test\n", code=1)
    assert "1 of 1 failed: kuploy migrations mailboxes" in done.stderr
    assert "wrong one" not in done.stdout + done.stderr


def test_the_password_of_a_master_user_is_never_typed(run, domain, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("old;new@acme.test\n")
    add = f"migrations add imap.example.com {file} --master-user boss"
    assert "use --master-password-file" in run(add, code=2).stderr
    (tmp_path / "secret").write_text("master one\n")
    run(f"{add} --master-password-file {tmp_path / 'secret'} --no-wait")
    assert MigrationJob.objects.get().master_user == "boss"
    both = add.replace(str(file), "-") + " --master-password-file -"
    assert "cannot be standard input" in run(both, "old;new@acme.test\n", code=2).stderr
