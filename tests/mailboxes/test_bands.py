"""Who chooses a size sees what it is invoiced as, before it is saved."""

import pytest
from django.urls import reverse

from accounts.models import BandPrice, Membership, Role, User
from mailboxes.models import Mailbox
from tests.conftest import GB


@pytest.fixture(autouse=True)
def _bands(settings):
    settings.BILLING_BANDS_GB = (8, 25)
    settings.CURRENCY = "EUR"


@pytest.fixture
def _priced(plan):
    for band, price in ((8, "1.20"), (25, "2.50")):
        BandPrice.objects.create(plan=plan, band_gb=band, monthly=price)


def address(name, mailbox, *more):
    return reverse(f"mailboxes:{name}", args=[mailbox.account.slug, *more])


def test_each_size_says_what_it_is_invoiced_as(as_alice, mailbox):
    form = as_alice.get(address("detail", mailbox, mailbox.pk)).context["edit_form"]
    labels = {size // GB: label for size, label in form.fields["quota_bytes"].choices}
    assert {size: labels[size] for size in (1, 8, 16, 25)} == {
        1: "1 GB · invoiced as 8 GB", 8: "8 GB", 16: "16 GB · invoiced as 25 GB", 25: "25 GB"
    }  # fmt: skip


def test_a_band_without_a_price_is_said_without_one(as_alice, mailbox, plan):
    BandPrice.objects.create(plan=plan, band_gb=25, monthly="2.50")
    text = as_alice.get(address("add", mailbox)).text
    assert ">8 GB<" in text
    assert ">25 GB · 2.50 EUR a month<" in text


def test_the_postmasters_mailbox_is_invoiced_as_nothing(as_alice, domain):
    postmaster = Mailbox.objects.get(local_part="postmaster")
    assert "invoiced" not in as_alice.get(address("detail", postmaster, postmaster.pk)).text


def test_a_form_that_comes_back_says_it_as_well(as_alice, mailbox):
    edit, new = address("edit", mailbox, mailbox.pk), address("add", mailbox)
    for page, typed in ((edit, {"quota_bytes": "x"}), (new, {"local_part": "@"})):
        response = as_alice.post(page, typed)
        assert response.status_code == 422
        assert "16 GB · invoiced as 25 GB" in response.text


@pytest.mark.usefixtures("_priced")
def test_an_owner_sees_the_price_of_each_size(as_alice, mailbox):
    for page in (address("detail", mailbox, mailbox.pk), address("add", mailbox)):
        text = as_alice.get(page).text
        assert "16 GB · invoiced as 25 GB · 2.50 EUR a month" in text
        assert "8 GB · 1.20 EUR a month" in text


@pytest.mark.usefixtures("_priced")
@pytest.mark.parametrize("role", [Role.POSTMASTER, Role.MANAGER])
def test_others_see_the_band_and_no_price(client, mailbox, role):
    user = User.objects.create_user("more@example.test")
    Membership.objects.create(
        user=user, account=mailbox.account, role=role, domain_ids=[mailbox.domain_id]
    )
    client.force_login(user)
    for page in (address("detail", mailbox, mailbox.pk), address("add", mailbox)):
        text = client.get(page).text
        assert "16 GB · invoiced as 25 GB" in text
        assert "EUR" not in text


@pytest.mark.parametrize(
    ("size", "said"), [(16, "Saved. It is invoiced as 25 GB now."), (2, "Saved.")]
)
def test_a_change_of_the_band_is_said_when_it_is_done(as_alice, mailbox, size, said):
    typed = {"display_name": "", "quota_bytes": size * GB}
    response = as_alice.post(address("edit", mailbox, mailbox.pk), typed, follow=True)
    assert Mailbox.objects.get(pk=mailbox.pk).quota_bytes == size * GB
    assert [str(message) for message in response.context["messages"]] == [said]
