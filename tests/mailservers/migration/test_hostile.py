"""Servers that hang, drop, refuse or lie: said in plain words, tried again, and nothing twice."""

from uuid import uuid4

import pytest

from mailboxes.migration import copying, source
from mailboxes.migration.models import MigrationMailbox, State, Step
from tests.mailservers.clients import subjects
from tests.mailservers.migration.conftest import again, run
from tests.mailservers.migration.meddler import Drop, Hang, after, lies, meddled, says

MANY = [f"Message {number}" for number in range(60)]


@pytest.fixture(scope="module")
def filled(old):
    old.put("frank", *MANY, size=3000)
    return old


@pytest.fixture
def _impatient(monkeypatch):
    for module in (copying, source):
        monkeypatch.setattr(module, "ANSWER_SECONDS", 2)


def test_one_that_drops_in_the_middle_of_a_message_loses_nothing(filled, new_move):
    with meddled(filled.imap_port, after(90_000, Drop, times=2)) as meddler:
        move = run(new_move(meddler.port, "frank"))
        assert (move.state, move.last_error[:24]) == (State.WAITING, "It closed the connection")
        for _time in range(3):
            if move.state != State.DONE:
                move = again(move)
    assert (move.state, move.last_error) == (State.DONE, "")
    assert subjects(move.address) == MANY


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("size", [0, 700, 90_000])
def test_one_that_hangs_is_given_up_for_now(filled, new_move, size):
    with meddled(filled.imap_port, after(size, Hang, times=1)) as meddler:
        move = run(new_move(meddler.port, "frank"))
        assert move.state == State.WAITING
        assert move.last_error == "It did not answer within 2 seconds."
        assert again(move).state == State.DONE
    assert subjects(move.address) == MANY


def test_one_that_refuses_after_some_sign_ins_is_asked_again_later(filled, new_move):
    busy = b"* BYE Too many connections from your address\r\n"
    with meddled(filled.imap_port, says(busy, from_connection=2)) as meddler:
        move = run(new_move(meddler.port, "frank"))
    assert move.state == State.WAITING
    assert "Too many connections from your address" in move.last_error


def test_one_that_lies_about_sizes_is_copied_as_it_is(filled, new_move):
    with meddled(filled.imap_port, lies) as meddler:
        move = run(new_move(meddler.port, "frank"))
    assert (move.state, move.last_error) == (State.DONE, "")
    assert subjects(move.address) == MANY


def test_what_does_not_speak_imap_is_told_apart(filled, new_move):
    with meddled(filled.imap_port, says(b"220 mail.example.com ESMTP\r\n")) as meddler:
        move = run(new_move(meddler.port, "frank"))
    assert (move.state, move.last_error) == (State.FAILED, "It does not speak IMAP at this port.")


def test_what_is_said_before_the_encryption_does_not_count(filled, new_move):
    early = b"* OK Ready\r\nk1 OK Begin\r\n* CAPABILITY IMAP4rev1\r\nk2 OK\r\n"
    with meddled(filled.imap_port, says(early)) as meddler:
        move = run(new_move(meddler.port, "frank", security="starttls"), Step.TEST)
    assert (move.state, move.last_error) == (State.FAILED, "Somebody interferes with its STARTTLS.")


def test_a_server_that_is_away_is_said(new_move):
    move = run(new_move(1, "frank"), Step.TEST)
    assert move.state == State.FAILED
    assert move.last_error == "Its address 127.0.0.1 refuses connections to port 1."


def test_a_wrong_password_is_said_in_the_servers_words(filled, new_move):
    move = run(new_move(filled.imap_port, "frank", password="wrong"), Step.TEST)
    assert move.state == State.FAILED
    assert move.last_error == "It refused the sign-in: “Authentication failed.”"


def test_nobody_guesses_passwords_through_us(filled, new_move, monkeypatch):
    monkeypatch.setattr(source, "TRIES_PER_HOUR", 2)
    user = f"guessed{uuid4().hex}"
    typed = [user, user.upper(), user]
    moves = (new_move(filled.imap_port, name, password="x") for name in typed)
    found = [run(move, Step.TEST).last_error for move in moves]
    assert "refused the sign-in" in found[1]
    assert found[2] == f"There were too many tries with {user}. Test again in an hour."
    assert run(new_move(filled.imap_port, "frank"), Step.TEST).state == State.DONE


def test_a_bad_certificate_is_refused_unless_the_job_allows_it(filled, new_move):
    move = run(new_move(filled.imaps_port, "frank", security="tls"), Step.TEST)
    assert (move.state, move.last_error[:28]) == (State.FAILED, "Its certificate is not valid")
    move.job.any_certificate = True
    move.job.save()
    assert run(move, Step.TEST).state == State.DONE
    assert run(move).state == State.DONE
    assert subjects(move.address) == MANY


def test_starttls_is_spoken_and_never_left_out(filled, new_move):
    options = {"security": "starttls", "any_certificate": True}
    assert run(new_move(filled.imap_port, "frank", **options), Step.TEST).state == State.DONE
    with meddled(filled.imap_port, lambda _meddler: _no_tls) as meddler:
        move = run(new_move(meddler.port, "frank", **options), Step.TEST)
    assert move.last_error == "It offers no STARTTLS at this port."


def _no_tls(data: bytes) -> bytes:
    return data.replace(b"OK Begin TLS", b"NO Not here ")


def test_a_name_that_leads_into_our_network_is_refused(new_move, settings):
    settings.INSECURE_RECEIVERS = False
    move = run(new_move(143, "frank", host="10.1.2.3"), Step.TEST)
    assert move.last_error == "Its address 10.1.2.3 is not on the public internet."


def test_more_than_the_mailbox_holds_does_not_come_in(filled, new_mailbox, new_move):
    move = new_move(filled.imap_port, "frank", mailbox=new_mailbox(quota_bytes=60_000))
    move = run(move)
    assert (move.state, subjects(move.address)) == (State.FAILED, [])
    assert "enlarge it, then try again" in move.last_error


def test_not_even_when_the_server_lies_about_it(old, new_mailbox, new_move, monkeypatch):
    """Dovecot enforces no limit here: what comes in is counted on its way."""
    old.put("greta", *MANY[:20], size=100_000)
    monkeypatch.setattr(copying, "BEAT_SECONDS", 0.001)
    with meddled(old.imap_port, lies) as meddler:
        move = new_move(meddler.port, "greta", mailbox=new_mailbox(quota_bytes=300_000))
        move = run(move)
    assert (move.state, move.last_error[-19:]) == (State.FAILED, "it, then try again.")


def test_the_copy_gives_up_when_nothing_helps(new_move):
    move = new_move(1, "frank")
    MigrationMailbox.objects.filter(pk=move.pk).update(step=Step.COPY)
    for _time in range(6):
        move = again(move)
    assert move.state == State.FAILED
