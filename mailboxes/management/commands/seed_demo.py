import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.audit import Actor
from accounts.models import Account, Membership, Plan, Role, User
from domains import recommended, records
from domains.activation import activate
from domains.models import Domain, MtaSts
from domains.services import add_domain
from mailboxes.services import create_alias, create_mailbox

# Where the demonstration's own reports go; any other mailbox is somebody else's affair.
REPORTS_DOMAIN = "reports.kuploy.test"
ZONE = """\
; A domain of the demonstration, with the records that the panel asks for.
$ORIGIN {domain}.
@       SOA   ns.kuploy.test. hostmaster.kuploy.test. 1 3600 600 86400 60
@       NS    ns.kuploy.test.
{records}"""


def password(role: str) -> str:
    """Not known to anybody else, and the same at every start: derived from the secret key."""
    return salted_hmac("demonstration", role).hexdigest()[:16]


class Command(BaseCommand):
    """Fills an empty installation for a demonstration; prints sign-ins and zone."""

    help = "Make a provider, a reseller, a customer and a domain to look at."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        provider = self._user("provider", is_staff=True, is_superuser=True)
        kuploy = self._account("Kuploy", "kuploy", Account.Kind.PROVIDER, provider)
        harbour = self._account(
            "Harbour Hosting", "harbour", Account.Kind.RESELLER, self._user("reseller")
        )
        customer = self._user("customer")
        acme = self._account("Acme", "acme", Account.Kind.CUSTOMER, customer, reseller=harbour)
        domain = self._customers_domain(acme, customer)
        zones = [zone_of(domain), *self._reports(kuploy, provider)]
        self.stdout.write(json.dumps({"logins": self._logins(domain), "zones": zones}))

    def _user(self, role: str, **fields: bool) -> User:
        address = f"{role}@example.test"
        if user := User.objects.filter(email=address).first():
            return user
        user = User.objects.create_user(address, password(role), **fields)
        EmailAddress.objects.create(user=user, email=address, primary=True, verified=True)
        return user

    def _account(
        self, name: str, slug: str, kind: str, owner: User, reseller: Account | None = None
    ) -> Account:
        account, _new = Account.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "kind": kind,
                "reseller": reseller,
                "plan": Plan.objects.for_sign_up(),
            },
        )
        Membership.objects.get_or_create(user=owner, account=account, role=Role.OWNER)
        return account

    def _customers_domain(self, account: Account, owner: User) -> Domain:
        domain, new = self._domain(account, owner, "acme.test")
        if new:
            for name in ("alice", "bob"):
                self._mailbox(domain, owner, name, password(name))
            targets = ["alice@acme.test", "bob@acme.test"]
            actor = Actor(account, owner)
            create_alias(domain=domain, local_part="team", targets=targets, actor=actor)
        return domain

    def _reports(self, account: Account, owner: User) -> Iterator[str]:
        """The mailbox of the DMARC reports, if it is the one of the demonstration; its zone."""
        local_part, _at, name = settings.REPORTS_ADDRESS.partition("@")
        if name != REPORTS_DOMAIN:
            return
        domain, new = self._domain(account, owner, name)
        if new:
            secret = unquote(urlsplit(settings.REPORTS_IMAP_URL).password or "")
            self._mailbox(domain, owner, local_part, secret)
        yield zone_of(domain) + '*._report._dmarc  TXT  "v=DMARC1"\n'

    def _domain(self, account: Account, owner: User, name: str) -> tuple[Domain, bool]:
        if domain := Domain.objects.filter(account=account, name=name).first():
            return domain, False
        actor = Actor(account, owner)
        domain = add_domain(account=account, name=name, actor=actor)
        activate(domain=domain, method="demonstration", actor=actor)
        # The zone file says the same; the first check confirms it.
        Domain.objects.filter(pk=domain.pk).update(mx_here=True, mta_sts=MtaSts.TESTING)
        domain.refresh_from_db()
        return domain, True

    def _mailbox(self, domain: Domain, owner: User, name: str, secret: str) -> None:
        create_mailbox(
            domain=domain,
            local_part=name,
            display_name=name.title(),
            password=secret,
            quota_bytes=domain.account.plan.default_size_bytes,
            actor=Actor(domain.account, owner),
        )

    def _logins(self, domain: Domain) -> list[dict[str, str]]:
        people = [(role, f"{role}@example.test") for role in ("provider", "reseller", "customer")]
        boxes = [("mailbox", f"{name}@{domain.name}", name) for name in ("alice", "bob")]
        rows = [(role, address, role) for role, address in people] + boxes
        return [
            {"role": role, "address": address, "password": password(key)}
            for role, address, key in rows
        ]


def zone_of(domain: Domain) -> str:
    rows = records.to_publish(domain) + recommended.to_offer(domain)
    lines = records.zone_file(rows)
    return ZONE.format(domain=domain.name, records=lines)
