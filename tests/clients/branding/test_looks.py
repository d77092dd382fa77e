"""A reseller's owner chooses name, sender, support address and colours."""

import pytest
from django.urls import reverse

from accounts import colours
from accounts.models import Account, AuditEvent, Branding

PAGE = "/harbour/brand/"
TYPED = {
    "name": "Harbour  Mail", "sender_name": "", "support_email": "help@harbour.test",
    "accent": "#7A1F5C", "dark_accent": "",
}  # fmt: skip


def test_what_is_chosen_is_saved_and_written_down(owner, harbour):
    assert owner.post(PAGE, TYPED).status_code == 302
    saved = Branding.objects.get(account=harbour)
    assert (saved.name, saved.accent, saved.dark_accent) == ("Harbour Mail", "#7a1f5c", "")
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.sentence) == ("brand.changed", "Changed the brand of Harbour")
    assert event.details == {"fields": ["name", "support_email", "accent"]}


def test_saving_the_same_again_is_no_event(owner, harbour):
    owner.post(PAGE, TYPED)
    before = AuditEvent.objects.count()
    owner.post(PAGE, TYPED)
    assert AuditEvent.objects.count() == before


def test_a_client_sees_it_at_once(owner, client, carol, acme):
    owner.post(PAGE, TYPED)
    client.force_login(carol)
    page = client.get(acme.get_absolute_url()).text
    assert "Harbour Mail" in page
    assert "Kuploy" not in page
    assert reverse("brand_style", args=[colours.style_name("#7a1f5c")]) in page


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("accent", "red", "“red” is no colour. Type it as #0a6072."),
        ("accent", "#12345", "is no colour"),
        ("accent", "#ffcc00", "#ffcc00 is hard to read on light ground: its contrast is 1."),
        ("dark_accent", "#123456", "#123456 is hard to read on dark ground"),
        ("support_email", "help@", "valid email"),
        ("name", "x" * 61, "at most 60 characters"),
        ("name", "Har\u202ebour", "characters that cannot be seen"),
    ],
)
def test_what_cannot_be_is_said_where_it_was_typed_and_nothing_is_lost(
    owner, harbour, field, typed, words
):
    page = owner.post(PAGE, TYPED | {field: typed})
    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
    assert "help@harbour.test" in page.text or field == "support_email"
    assert not Branding.objects.filter(account=harbour).exists()


def test_the_colour_that_is_proposed_instead_is_taken(owner):
    page = owner.post(PAGE, TYPED | {"accent": "#ffcc00"})
    nearest = colours.nearest_readable("#ffcc00", colours.LIGHT)
    assert f"The nearest that will do is {nearest}." in page.text
    assert owner.post(PAGE, TYPED | {"accent": nearest}).status_code == 302


def test_a_colour_for_the_dark_alone_is_refused(owner):
    page = owner.post(PAGE, TYPED | {"accent": "", "dark_accent": "#ffcc00"})
    assert page.context["form"].errors["accent"] == ["Choose this colour too, or leave both empty."]


def test_a_refused_name_does_not_show_on_the_page_as_if_it_counted(owner, branding):
    page = owner.post(PAGE, TYPED | {"name": "Another Name", "accent": "red"})
    assert "Another Name</a>" not in page.text
    assert page.context["brand"].name == "Harbour Mail"


def test_the_preview_draws_what_is_typed_and_saves_nothing(owner, branding):
    page = owner.post(f"{PAGE}preview/", {"name": "Pier", "accent": "#7a1f5c"}).text
    assert 'fill="#7a1f5c"' in page
    assert colours.nearest_readable("#7a1f5c", colours.DARK) in page
    assert "Pier" in page
    branding.refresh_from_db()
    assert branding.name == "Harbour Mail"


@pytest.mark.parametrize("typed", ["", "red", '"><script>'])
def test_the_preview_of_what_is_no_colour_has_the_usual_one(owner, branding, typed):
    page = owner.post(f"{PAGE}preview/", {"name": "<b>", "accent": typed}).text
    assert 'fill="#0a6072"' in page
    assert "<script>" not in page
    assert "<b>" not in page


def test_a_manager_of_the_reseller_may_not(manager):
    assert manager.get(PAGE).status_code == 403
    assert manager.post(PAGE, TYPED).status_code == 403


def test_nobody_who_sells_nothing_has_such_a_page(client, carol, acme):
    client.force_login(carol)
    assert client.get(f"/{acme.slug}/brand/").status_code == 404
    assert "Brand" not in client.get(acme.get_absolute_url()).text


def test_who_is_a_reseller_no_more_lends_its_name_to_nobody(client, carol, acme, branding, harbour):
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.CUSTOMER)
    client.force_login(carol)
    assert "Harbour Mail" not in client.get(acme.get_absolute_url()).text
