"""In with the mailbox's own password, and out at once when it is not good any more."""

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from domains import services as domains
from domains.models import Domain
from mailboxes import passwords, removal, services
from mailboxes.models import Mailbox
from mailboxes.own import session
from tests.conftest import PASSWORD, make_domain, make_mailbox, provider_of
from tests.mailboxes.own.conftest import sign_in

PAGE = "/mailbox/"
REFUSAL = "No mailbox opens with this address and password."


def is_in(client):
    response = client.get(PAGE)
    assert response.status_code in (200, 302)
    assert response.status_code == 200 or response.url == reverse("own:sign_in")
    return response.status_code == 200


@pytest.mark.parametrize("typed", ["info@acme.test", " INFO@Acme.TEST "])
def test_it_opens_the_page(client, mailbox, typed):
    response = sign_in(client, typed)
    assert (response.status_code, response.url) == (302, PAGE)
    assert "info@acme.test" in client.get(PAGE).text


def test_a_name_in_unicode_is_understood(client, acme):
    make_mailbox(make_domain(acme, "xn--mller-kva.test"))
    assert sign_in(client, "info@müller.test").status_code == 302
    assert "info@müller.test" in client.get(PAGE).text


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("info@acme.test", "wrong horse battery"),
        ("info@acme.test", PASSWORD + " "),
        ("nobody@acme.test", PASSWORD),
        ("postmaster@acme.test", PASSWORD),
        ("no address at all", PASSWORD),
        ("info@acme.test", "x" * 10_000),
    ],
)
def test_one_sentence_for_every_failure(client, mailbox, address, password):
    response = sign_in(client, address, password)
    assert response.status_code == 422
    assert REFUSAL in response.text
    assert PASSWORD not in response.text
    assert not is_in(client)


def disable(mailbox, actor):
    services.disable_mailbox(mailbox=mailbox, actor=actor)


def delete(mailbox, actor):
    removal.delete_mailbox(mailbox=mailbox, actor=actor)


def block(mailbox, actor):
    Mailbox.objects.filter(pk=mailbox.pk).update(state="blocked")


def suspend(mailbox, actor):
    domain, provider = Domain.objects.get(name="acme.test"), provider_of(actor.account)
    domains.suspend_domain(domain=domain, level=20, reason="Abuse", actor=provider)


def erase(mailbox, actor):
    mailbox.delete()


closes = pytest.mark.parametrize("close", [disable, delete, block, suspend, erase])


@closes
def test_no_way_into_a_mailbox_that_imap_would_not_open(client, mailbox, actor, close):
    close(mailbox, actor)
    response = sign_in(client)
    assert (response.status_code, REFUSAL in response.text) == (422, True)


@closes
def test_the_session_ends_with_the_mailbox(own, mailbox, actor, close):
    assert is_in(own)
    close(mailbox, actor)
    assert not is_in(own)


def test_a_session_that_ended_does_not_come_back(own, mailbox, actor):
    services.disable_mailbox(mailbox=mailbox, actor=actor)
    assert not is_in(own)
    services.enable_mailbox(mailbox=mailbox, actor=actor)
    assert not is_in(own)


def test_a_password_changed_elsewhere_ends_the_session(own, mailbox, actor):
    services.change_password(mailbox=mailbox, password="another good horse", actor=actor)
    assert not is_in(own)


def test_a_session_lasts_for_a_working_day(client, mailbox):
    with time_machine.travel("2026-01-05 08:00Z", tick=False) as clock:
        sign_in(client)
        clock.move_to("2026-01-05 19:59Z")
        assert is_in(client)
        clock.move_to("2026-01-05 20:00Z")
        assert not is_in(client)


def test_a_session_from_the_future_counts_as_ended(client, mailbox):
    with time_machine.travel("2026-01-05 08:00Z", tick=False) as clock:
        sign_in(client)
        clock.move_to("2026-01-05 07:00Z")
        assert not is_in(client)


def test_an_unknown_address_takes_as_much_work_as_a_wrong_password(client, mailbox, monkeypatch):
    judged = []
    monkeypatch.setattr(
        session.passwords, "matches", lambda typed, stored: judged.append(stored) and False
    )
    sign_in(client, "nobody@acme.test")
    sign_in(client)
    assert [stored[:36] for stored in judged] == ["{ARGON2ID}$argon2id$v=19$m=19456,t=2"] * 2


def test_an_address_cannot_be_guessed_at_for_long(client, mailbox):
    for _try in range(10):
        assert REFUSAL in sign_in(client, password="wrong").text
    response = sign_in(client, " INFO@acme.test")
    assert response.status_code == 422
    assert "Too many tries" in response.text
    assert not is_in(client)


def test_one_stranger_cannot_keep_the_user_out(client, mailbox):
    for _try in range(60):
        sign_in(Client(REMOTE_ADDR="192.0.2.1"), password="wrong")
    assert sign_in(client).status_code == 302


def test_many_together_cannot_guess_at_one_mailbox(mailbox, monkeypatch):
    monkeypatch.setattr(session.passwords, "matches", lambda *_: False)
    for number in range(50):
        assert REFUSAL in sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}")).text
    assert "Too many tries" in sign_in(Client(REMOTE_ADDR="192.0.2.99")).text


def test_an_ip_cannot_try_one_address_after_another(client, mailbox, monkeypatch):
    monkeypatch.setattr(session.passwords, "matches", lambda *_: False)
    for number in range(60):
        assert REFUSAL in sign_in(client, f"box{number}@acme.test").text
    assert "Too many tries" in sign_in(client).text


def test_the_password_stands_in_no_log(client, mailbox, caplog):
    sign_in(client)
    sign_in(client, password="a wrong secret")
    assert PASSWORD not in caplog.text
    assert "a wrong secret" not in caplog.text


def test_the_session_holds_no_hash(own, mailbox):
    held = str(own.session["mailbox"])
    assert mailbox.password_hash.rpartition("$")[2] not in held


def test_the_key_of_the_session_changes(client, mailbox):
    client.get(reverse("own:sign_in"))
    given = client.session
    given.save()
    before = given.session_key
    client.cookies["sessionid"] = before
    sign_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_out_ends_it(own):
    assert own.post(reverse("own:sign_out")).status_code == 302
    assert not is_in(own)


def test_signing_out_takes_a_click(own):
    assert own.get(reverse("own:sign_out")).status_code == 405
    assert is_in(own)


def test_who_is_in_need_not_sign_in(own):
    assert own.get(reverse("own:sign_in")).url == PAGE


def test_an_htmx_request_leaves_the_page(client, mailbox):
    response = client.post(reverse("own:language"), headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == reverse("own:sign_in")


def test_a_page_is_not_shown_again_from_the_browsers_memory(own):
    assert "no-store" in own.get(PAGE)["Cache-Control"]


def test_each_way_in_names_the_other(client, db):
    assert reverse("account_login") in client.get(reverse("own:sign_in")).text
    assert reverse("own:sign_in") in client.get(reverse("account_login")).text


def panel_is_open(client):
    return client.get("/acme/").status_code == 200


def test_it_opens_nothing_of_the_panel(own):
    for path in ("/", "/acme/", "/admin/", reverse("mfa_index")):
        assert own.get(path).status_code == 302


def test_the_panel_opens_no_mailbox(as_alice, mailbox):
    assert panel_is_open(as_alice)
    assert not is_in(as_alice)


def test_both_may_be_open_in_one_browser(as_alice, mailbox):
    sign_in(as_alice)
    assert is_in(as_alice)
    assert panel_is_open(as_alice)


def test_the_panel_still_lists_the_session(as_alice, alice, mailbox):
    sign_in(as_alice)
    assert UserSession.objects.filter(user=alice, session_key=as_alice.session.session_key).exists()


@pytest.mark.parametrize("way_out", ["own:sign_out", "account_logout"])
def test_signing_out_of_one_leaves_neither(as_alice, mailbox, way_out):
    sign_in(as_alice)
    as_alice.post(reverse(way_out))
    assert not is_in(as_alice)
    assert not panel_is_open(as_alice)


def test_a_password_that_ended_leaves_the_panel_alone(as_alice, mailbox, actor):
    sign_in(as_alice)
    services.change_password(mailbox=mailbox, password="another good horse", actor=actor)
    assert not is_in(as_alice)
    assert panel_is_open(as_alice)


@pytest.mark.parametrize("stored", ["", "{CRYPT}x", "x", "{PLAIN}" + PASSWORD])
def test_what_is_no_hash_of_ours_opens_nothing(stored):
    assert not passwords.matches(PASSWORD, stored)
