"""The cast: alice owns acme, bob views it, charlie is a stranger with an account of his own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from smtplib import SMTPRecipientsRefused

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings
from redis import Redis

from accounts import invitations
from accounts.audit import Actor
from accounts.models import Account, Membership, Plan, Role, User
from accounts.services import open_account
from domains import keys
from domains.activation import activate
from domains.models import DkimKey, Domain
from kuploy import queue
from mailboxes import letters
from mailboxes.models import Alias, Mailbox
from mailboxes.services import create_alias, create_mailbox

HTMX = {"HX-Request": "true"}
PASSWORD = "correct horse battery"
GB = 2**30
TempPaths = pytest.TempPathFactory


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """No test is refused because of the tries of the one before it."""
    redis = Redis.from_url(configured.REDIS_URL)
    # Not all of it: the same Redis may hold the queues of a running stack.
    for key in redis.scan_iter("kuploy:*"):
        redis.delete(key)


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings, tmp_path_factory: TempPaths) -> None:
    """Pages render without `collectstatic`."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    settings.STATIC_ROOT = str(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True)
def _quick_sign_in(settings: Settings) -> None:
    """Hashing the passwords of people, slow on purpose, would take most of the time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _reports_address(settings: Settings) -> None:
    """As where reports are read; no test's own mailbox."""
    settings.REPORTS_ADDRESS = "dmarc@reports.test"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """A run that ended with a flush took the plan that a migration makes: it is back."""
    with django_db_blocker.unblock():
        first_plan()


def first_plan() -> Plan:
    limits = {"domain_limit": 5, "mailbox_limit": 25, "alias_limit": 100}
    plan, _new = Plan.objects.get_or_create(
        for_new_accounts=True, defaults={"name": "Standard", **limits}
    )
    return plan


@pytest.fixture(scope="session")
def key_material() -> tuple[str, bytes]:
    """One RSA pair for all tests: making one takes a tenth of a second."""
    key = keys.new_key()
    return key.public_key, bytes(key.private_key_encrypted)


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch, key_material: tuple[str, bytes]) -> None:
    public, private = key_material
    monkeypatch.setattr(
        keys, "new_key", lambda: DkimKey(public_key=public, private_key_encrypted=private)
    )


@pytest.fixture
def alice(db: None) -> User:
    user = User.objects.create_user("alice@example.test", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob@example.test", PASSWORD)


@pytest.fixture
def charlie(plan: Plan) -> User:
    user = User.objects.create_user("charlie@example.test", PASSWORD)
    open_account(name="Elsewhere", owner=user)
    return user


@pytest.fixture
def plan(db: None) -> Plan:
    return first_plan()


@pytest.fixture
def acme(plan: Plan, alice: User, bob: User) -> Account:
    account = open_account(name="Acme", owner=alice)
    Membership.objects.create(user=bob, account=account, role=Role.VIEWER)
    return account


@pytest.fixture
def actor(acme: Account, alice: User) -> Actor:
    return Actor(acme, alice, "192.0.2.1")


@pytest.fixture
def pending(acme: Account) -> Domain:
    """A domain that acme claims and has not proved."""
    return make_domain(acme, "acme.test", proved=False)


@pytest.fixture
def domain(acme: Account) -> Domain:
    """A domain of acme, proved, with its MX here."""
    return make_domain(acme, "acme.test")


def make_domain(
    account: Account, name: str, *, proved: bool = True, alias_of: Domain | None = None
) -> Domain:
    domain = Domain.objects.create(account=account, name=name, alias_of=alias_of)
    key = keys.new_key()
    key.domain = domain
    key.save()
    if proved:
        activate(domain=domain, method="test", actor=Actor.system(account))
        Domain.objects.filter(pk=domain.pk).update(mx_here=True)
        domain.refresh_from_db()
    return domain


def make_mailbox(domain: Domain, local_part: str = "info", password: str = PASSWORD) -> Mailbox:
    return create_mailbox(
        domain=domain,
        local_part=local_part,
        display_name="",
        password=password,
        quota_bytes=GB,
        actor=Actor.system(domain.account),
    )


def make_alias(domain: Domain, local_part: str, *targets: str) -> Alias:
    return create_alias(
        domain=domain,
        local_part=local_part,
        targets=list(targets),
        actor=Actor.system(domain.account),
    )


def provider_of(account: Account) -> Actor:
    """Somebody of the provider, who acts on the account."""
    user = User.objects.filter(is_staff=True).first()
    user = user or User.objects.create_user("provider@example.test", PASSWORD, is_staff=True)
    return Actor(account, user, "192.0.2.2")


@pytest.fixture
def mailbox(domain: Domain) -> Mailbox:
    return make_mailbox(domain)


@pytest.fixture
def as_alice(client: Client, alice: User, acme: Account) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def posted(mailoutbox: list[EmailMessage]) -> Callable[[], list[EmailMessage]]:
    """`posted()` hands over what waits for it, and gives back all that was mailed."""

    def posted() -> list[EmailMessage]:
        invitations.send_due()
        letters.send_due()
        return mailoutbox

    return posted


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AbstractContextManager[None]]:
    """`with refusing(address):` the mail server takes no message to it."""

    @contextmanager
    def refusing(address: str) -> Iterator[None]:
        take = EmailMessage.send

        def send(message: EmailMessage) -> int:
            if message.to == [address]:
                raise SMTPRecipientsRefused({address: (550, b"5.1.1 No such user here")})
            return take(message)

        with monkeypatch.context() as patch:
            patch.setattr(EmailMessage, "send", send)
            yield

    return refusing


Jobs = list[tuple[object, ...]]


@pytest.fixture
def queued(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> Callable[[], AbstractContextManager[Jobs]]:
    """`with queued() as jobs:` commits at the end and lists what went to the workers."""

    @contextmanager
    def capture() -> Iterator[Jobs]:
        jobs: Jobs = []
        monkeypatch.setattr(queue, "_send", lambda task, args, _q: jobs.append((task.name, *args)))
        with django_capture_on_commit_callbacks(execute=True):
            yield jobs

    return capture
