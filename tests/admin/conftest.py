"""The provider signed in, and one thing of each kind with every secret that it can hold."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.db import connection

from accounts.models import Branding, Invitation, Membership, Role, User
from domains.models import DkimKey
from mailboxes import jobs
from mailboxes.imports.models import ImportJob
from mailboxes.migration.models import MigrationJob, MigrationMailbox
from mailboxes.models import HostJob, Mailbox
from notifications import secrets
from notifications.models import Alert, Channel
from notifications.services import raise_alert
from plans.billing import snapshots
from plans.models import Snapshot
from quotas import hosts
from quotas.models import Filling, HostTotal, Usage
from quotas.settlement import settle
from tests.conftest import make_alias

# Of 1 GB: more than 80 %.
USED = 900_000_000
SCRIPT = 'redirect "private@elsewhere.test";'


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("provider@example.test", "a password of the provider")


@pytest.fixture
def provider(client, superuser):
    client.force_login(superuser)
    return client


@dataclass
class Everything:
    """One row of each kind by the name of its admin, and what no page may show."""

    rows: dict[str, Any] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)


@pytest.fixture
def everything(provider, superuser, acme, alice, domain, mailbox):
    kit = SimpleNamespace(acme=acme, alice=alice, domain=domain, mailbox=mailbox)
    found = Everything()
    for add in (_people, _hosting, _moving_in, _notices):
        add(kit, found)
    snapshots.take()
    found.rows["plans_snapshot"] = Snapshot.objects.filter(account_id=acme.pk).first()
    found.rows["accounts_auditevent"] = acme.audit_events.first()
    session = provider.session.session_key
    found.secrets += [session, superuser.password.rpartition("$")[2]]
    return found


def _people(kit, found):
    totp_secret = totp.generate_totp_secret()
    factor = totp.TOTP.activate(kit.alice, totp_secret).instance
    codes = RecoveryCodes.activate(kit.alice)
    invitation = Invitation.objects.create(account=kit.acme, email="x@acme.test", role=Role.VIEWER)
    found.rows |= {
        "accounts_account": kit.acme, "accounts_plan": kit.acme.plan, "accounts_user": kit.alice,
        "accounts_membership": Membership.objects.get(user=kit.alice, account=kit.acme),
        "accounts_invitation": invitation, "mfa_authenticator": factor,
        "accounts_branding": Branding.objects.create(account=kit.acme, name="Acme Mail"),
        "account_emailaddress": EmailAddress.objects.get(user=kit.alice),
    }  # fmt: skip
    found.secrets += [totp_secret, factor.data["secret"], kit.alice.password.rpartition("$")[2]]
    found.secrets += [codes.instance.data["seed"], *codes.get_unused_codes()]


def _hosting(kit, found):
    Mailbox.objects.filter(pk=kit.mailbox.pk).update(sieve_script=SCRIPT)
    kit.mailbox.refresh_from_db()
    jobs.owe(kit.mailbox, HostJob.Kind.KICK)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO mail.usage VALUES (%s, %s, 2)", [kit.mailbox.address, USED])
    settle()
    hosts.sum_up()
    found.rows |= {
        "domains_domain": kit.domain, "mailboxes_mailbox": kit.mailbox,
        "mailboxes_alias": make_alias(kit.domain, "team", "info@acme.test"),
        "mailboxes_hostjob": HostJob.objects.get(kind="kick"), "quotas_usage": Usage.objects.get(),
        "quotas_filling": Filling.objects.get(), "quotas_hosttotal": HostTotal.objects.get(),
    }  # fmt: skip
    key = DkimKey.objects.get(domain=kit.domain)
    found.secrets += [
        kit.mailbox.password_hash.rpartition("$")[2], SCRIPT, kit.domain.proof_text,
        kit.domain.proof_label, bytes(key.private_key_encrypted).decode(),
    ]  # fmt: skip


def _moving_in(kit, found):
    job = MigrationJob.objects.create(
        account=kit.acme, host="imap.old.test", port=993, security="tls",
        master_user="root", master_password=b"sealed-master",
    )  # fmt: skip
    moving = MigrationMailbox.objects.create(
        job=job, address=kit.mailbox.address, mailbox=kit.mailbox, remote_user="info",
        password=b"sealed-password", door_key="key-of-the-door", door_port=4711,
    )  # fmt: skip
    found.rows |= {
        "imports_importjob": ImportJob.objects.create(
            account=kit.acme, kind="mailbox", file_name="list.csv"
        ),
        "migration_migrationjob": job, "migration_migrationmailbox": moving,
    }  # fmt: skip
    found.secrets += ["sealed-master", "sealed-password", "key-of-the-door"]


def _notices(kit, found):
    secret, before = secrets.new_secret(), secrets.new_secret()
    channel = Channel.objects.create(
        account=kit.acme, transport="webhook", address="https://hooks.acme.test/key-in-the-path",
        secret_encrypted=secrets.encrypted(secret),
        previous_secret_encrypted=secrets.encrypted(before),
    )  # fmt: skip
    raise_alert(
        account=kit.acme, kind=Alert.Kind.DNS_BROKEN, dedup_key="broken",
        facts={"domain": "acme.test", "records": "SPF"}, domain_id=kit.domain.pk,
    )  # fmt: skip
    found.rows |= {
        "notifications_channel": channel,
        "notifications_alert": Alert.objects.get(dedup_key="broken"),
        "notifications_delivery": channel.deliveries.latest("pk"),
    }  # fmt: skip
    found.secrets += [
        "key-in-the-path", secret, before, secret.removeprefix("whsec_"),
        bytes(channel.secret_encrypted).decode(), bytes(channel.previous_secret_encrypted).decode(),
    ]  # fmt: skip
