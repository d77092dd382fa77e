"""What a mail program has to know: the same for every address of a domain, used or not.

So whoever asks learns that a domain is hosted here, which its MX record says too, and no more.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts import brands
from accounts.models import Account, branded
from domains import addresses
from domains.dns import pointers
from domains.models import Domain
from kuploy.brand import Brand

# Below a domain mail programs look here (draft-ietf-mailmaint-autoconfig, MS-OXDSCLI), and servers
# that deliver (RFC 8461).
AUTOCONFIG, AUTODISCOVER, MTA_STS = (f"{label}." for label in pointers.LABELS)


@dataclass(frozen=True, slots=True)
class Servers:
    imap_host: str
    imap_port: int
    smtp_host: str
    smtp_port: int


def servers() -> Servers:
    return Servers(
        settings.IMAP_HOST, settings.IMAP_PORT, settings.SMTP_HOST, settings.SUBMISSION_PORT
    )


@dataclass(frozen=True, slots=True)
class Hosted:
    """A domain that has mailboxes here. All names in IDNA form."""

    domain: str
    # Of an alias domain the one it mirrors: only a mailbox's own address signs in.
    login_domain: str
    account: Account

    @property
    def brand(self) -> Brand:
        return brands.of_account(self.account)


def hosted(name: str) -> Hosted | None:
    served = Domain.objects.served_as(name)
    domain = served.select_related("alias_of", "account", *branded("account")).first()
    if domain is None:
        return None
    login = domain.alias_of.name if domain.alias_of else domain.name
    return Hosted(domain.name, login, domain.account)


@dataclass(frozen=True, slots=True)
class Asked:
    """An address with what its domain says. Whether there is such a mailbox was not looked up."""

    address: str
    hosted: Hosted

    @property
    def login(self) -> str:
        return f"{self.address.rpartition('@')[0]}@{self.hosted.login_domain}"


def asked(typed: str) -> Asked | None:
    """None for what is no address, and for domains that are not hosted here."""
    try:
        address = addresses.parse(typed)
    except ValidationError:
        return None
    found = hosted(address.rpartition("@")[2])
    return Asked(address, found) if found else None


def named_by(host: str) -> str:
    """The domain in autoconfig.DOMAIN and the like; empty in any other host name."""
    label = label_of(host)
    return host.removeprefix(label) if label else ""


def label_of(host: str) -> str:
    labels = (AUTOCONFIG, AUTODISCOVER, MTA_STS)
    return next((label for label in labels if host.startswith(label)), "")
