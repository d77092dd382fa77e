"""postmaster@ of a domain signs in with its mailbox password, and looks after that domain."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from domains.services import suspend_domain
from mailboxes import services
from mailboxes.models import Alias, Mailbox
from tests.conftest import GB, PASSWORD, make_mailbox, provider_of
from tests.mailboxes.own.conftest import sign_in

ADDRESS = "postmaster@acme.test"


@pytest.fixture
def box(domain, actor):
    """Its first password is set by somebody of the account."""
    box = Mailbox.objects.get(address=ADDRESS)
    services.change_password(mailbox=box, password=PASSWORD, actor=actor)
    return box


@pytest.fixture
def post(client, box):
    assert sign_in(client, ADDRESS).status_code == 302
    return client


def test_nobody_knows_its_first_password(client, domain):
    assert sign_in(client, ADDRESS).status_code == 422


def test_the_account_sets_it_on_the_page_of_the_mailbox(as_alice, client, domain):
    box = Mailbox.objects.get(address=ADDRESS)
    url = reverse("mailboxes:password", args=["acme", box.pk])
    assert as_alice.post(url, {"password": PASSWORD}).status_code == 302
    as_alice.logout()
    assert sign_in(client, ADDRESS).status_code == 302


def test_its_page_leads_to_the_domain(post, domain):
    assert reverse("domains:detail", args=["acme", domain.pk]) in post.get("/mailbox/").text


def test_the_page_of_another_mailbox_leads_to_no_domain(own):
    assert "Manage the domain" not in own.get("/mailbox/").text


def test_what_it_does_is_written_down_as_its_own(post, domain):
    typed = {
        "local_part": "new", "domain": domain.name, "password": PASSWORD, "quota_bytes": GB,
    }  # fmt: skip
    assert post.post(reverse("mailboxes:add", args=["acme"]), typed).status_code == 302
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.object_name) == ("mailbox.created", "new@acme.test")
    assert (event.actor, event.actor_name, event.ip) == (None, ADDRESS, "127.0.0.1")


def test_it_makes_aliases(post, domain):
    typed = {"local_part": "team", "domain": domain.name, "targets": "a@b.test"}
    assert post.post(reverse("mailboxes:add_alias", args=["acme"]), typed).status_code == 302
    assert Alias.objects.get().address == "team@acme.test"


def test_the_panel_names_it_and_has_no_bell(post):
    text = post.get("/acme/").text
    assert ADDRESS in text
    assert 'id="bell"' not in text
    assert reverse("own:sign_out") in text
    assert reverse("notifications:list", args=["acme"]) not in text


def test_the_way_in_leads_to_its_only_account(post):
    assert post.get("/").url == "/acme/"


def test_the_strength_of_a_password_is_judged_for_it_too(post):
    url = reverse("mailboxes:strength", args=["acme"])
    assert "Very weak" in post.post(url, {"password": "password"}).text


def test_its_own_password_takes_the_old_one(post, box):
    url = reverse("mailboxes:password", args=["acme", box.pk])
    response = post.post(url, {"password": "another good horse"})
    assert (response.status_code, "settings of your own mailbox" in response.text) == (422, True)
    page = post.get(reverse("mailboxes:detail", args=["acme", box.pk])).text
    assert reverse("own:settings") in page


ENDS = {
    "a new password": lambda box, actor: services.change_password(
        mailbox=box, password="another good horse", actor=actor
    ),
    "disabled": lambda box, actor: services.disable_mailbox(mailbox=box, actor=actor),
    "blocked": lambda box, _actor: Mailbox.objects.filter(pk=box.pk).update(state="blocked"),
    "a suspended domain": lambda box, actor: suspend_domain(
        domain=box.domain, level=20, reason="Abuse", actor=provider_of(actor.account)
    ),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_it_ends_at_once(post, box, actor, end):
    assert post.get("/acme/").status_code == 200
    end(box, actor)
    assert post.get("/acme/").status_code == 302
    assert post.get("/mailbox/").status_code == 302


def test_a_person_who_is_signed_in_too_acts_under_the_own_name(as_alice, box, domain):
    sign_in(as_alice, ADDRESS)
    other = make_mailbox(domain, "other")
    as_alice.post(reverse("mailboxes:disable", args=["acme", other.pk]))
    assert AuditEvent.objects.latest("pk").actor_name == "alice@example.test"


def test_a_stranger_who_is_signed_in_too_acts_as_the_postmaster(client, charlie, box, domain):
    client.force_login(charlie)
    assert client.get("/acme/").status_code == 404
    sign_in(client, ADDRESS)
    other = make_mailbox(domain, "other")
    client.post(reverse("mailboxes:disable", args=["acme", other.pk]))
    assert AuditEvent.objects.latest("pk").actor_name == ADDRESS


def test_an_account_that_is_removed_is_closed_to_it_too(post, acme):
    type(acme).objects.filter(pk=acme.pk).update(removed_at="2026-01-01T00:00Z")
    assert post.get("/acme/").status_code == 302
