"""Mail moves in from another server: all of it, once, and nothing here is lost."""

from datetime import date

from mailboxes.migration.models import State
from tests.mailservers.clients import imap, send, subjects, wait_for
from tests.mailservers.migration.conftest import run
from tests.mailservers.migration.old import letter, old_server


def folders(address):
    with imap(address) as session:
        _, lines = session.list()
    return {line.decode().rpartition('"/" ')[2].strip('"') for line in lines}


def test_all_mail_moves_in_with_flags_and_dates(old, new_move):
    old.put("anna", "One", "Two", flags=r"(\Seen)")
    old.put("anna", "Sent to you", folder="Gesendet")
    old.put("anna", "Plan", folder="Work.2023")
    move = run(new_move(old.imap_port, "anna"))
    assert (move.state, move.last_error) == (State.DONE, "")
    assert subjects(move.address) == ["One", "Two"]
    assert subjects(move.address, "Sent") == ["Sent to you"]
    assert subjects(move.address, "Work/2023") == ["Plan"]
    assert (move.messages, move.copied_messages) == (4, 4)
    with imap(move.address) as session:
        session.select(readonly=True)
        _, facts = session.fetch("1", "(FLAGS INTERNALDATE)")
    assert rb"\Seen" in facts[0]
    assert b"17-Jul-2019 02:44:25" in facts[0]


def test_again_copies_only_what_is_new(old, new_move):
    old.put("bert", *map(str, range(20)))
    move = run(new_move(old.imap_port, "bert"))
    assert send(move.address, "Came in here") == 250
    wait_for(lambda: len(subjects(move.address)) == 21, "the delivery")
    old.put("bert", "Late")
    move = run(move)
    assert (move.state, move.last_error) == (State.DONE, "")
    for _time in range(2):
        move = run(move)
        assert sorted(subjects(move.address)) == sorted(
            [*map(str, range(20)), "Came in here", "Late"]
        )


def test_only_mail_of_the_last_years_moves_in(old, new_move):
    old.put("carl", "Old")
    with old.session("carl") as session:
        session.append("INBOX", "", '"17-Jul-2024 02:44:25 +0000"', letter("New"))
    move = run(new_move(old.imap_port, "carl", since=date(2020, 1, 1)))
    assert subjects(move.address) == ["New"]
    assert (move.messages, move.copied_messages) == (1, 1)
    send(move.address, "Here")
    with old.session("carl") as session:
        session.append("INBOX", "", '"18-Jul-2024 02:44:25 +0000"', letter("Newer"))
    for _time in range(3):
        run(move)
        assert sorted(subjects(move.address)) == ["Here", "New", "Newer"]


def test_names_that_cannot_stand_here_are_written_another_way(new_move):
    with old_server() as slashed:
        slashed.put("dora", "Plan", folder="Versions/v1 &AOQ-")
        slashed.put("dora", "Plan", folder="Tilde~x")
        slashed.put("dora", "Plan", folder="Sent Items")
        slashed.put("dora", "Plan", folder="Sent Items/2020")
        move = run(new_move(slashed.imap_port, "dora"))
    assert move.last_error == ""
    assert {"Versions/v1 &AOQ-", "Tilde~x", "Sent", "Sent/2020"} <= folders(move.address)
