import re

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from mailboxes.models import Mailbox
from tests.conftest import PASSWORD


def sign_in(client, address="info@acme.test", password=PASSWORD):
    return client.post(reverse("own:sign_in"), {"address": address, "password": password})


@pytest.fixture
def own(client: Client, mailbox: Mailbox) -> Client:
    """A browser in which the user of info@acme.test has signed in."""
    assert sign_in(client, mailbox.address).status_code == 302
    return client


def link_in(message: EmailMessage) -> str:
    """The path of the one address in it."""
    [found] = re.findall(r"https?://[^/\s]+(/\S+)", message.body)
    return found
