"""What people do with webhooks and with what is on its way to them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.features import Feature, claim_feature
from accounts.models import Account
from kuploy.errors import Refused
from kuploy.queue import after_commit
from kuploy.throttle import throttle
from notifications import secrets
from notifications.fanout import SEND
from notifications.models import Alert, Channel, Delivery

WEBHOOKS_PER_ACCOUNT = 20
# So long the secret before signs too, for receivers that are changed one after another.
OVERLAP = timedelta(hours=24)
TESTS_PER_HOUR = 60
REPEATS_PER_HOUR = 600
# Rows of a busy webhook are many: the database removes them, they are not read first.
FORGET_ATTEMPTS = """
    DELETE FROM notifications_attempt AS attempt USING notifications_delivery AS delivery
     WHERE delivery.id = attempt.delivery_id AND delivery.channel_id = %s
"""
FORGET_DELIVERIES = "DELETE FROM notifications_delivery WHERE channel_id = %s"


class AddedAlready(Exception):
    """The same form came twice."""


@transaction.atomic
def add_webhook(
    *, account: Account, pk: UUID, url: str, muted: Sequence[str], include_clients: bool,
    actor: Actor,
) -> tuple[Channel, str]:  # fmt: skip
    """A new webhook with its secret, which nobody sees again."""
    # Held: of two clicks at once, the second counts the webhook of the first.
    claim_feature(account, Feature.WEBHOOKS)
    hooks = Channel.objects.filter(account=account, transport=Channel.Transport.WEBHOOK)
    if Channel.objects.filter(pk=pk).exists():
        raise AddedAlready
    if hooks.count() >= WEBHOOKS_PER_ACCOUNT:
        raise Refused(
            _("An account has %(most)d webhooks at most. Remove one first.")
            % {"most": WEBHOOKS_PER_ACCOUNT}
        )
    secret = secrets.new_secret()
    channel = Channel(
        pk=pk, account=account, transport=Channel.Transport.WEBHOOK, address=url,
        muted=list(muted), include_clients=include_clients,
        secret_encrypted=secrets.encrypted(secret), reseller=_reseller_of(account, actor),
    )  # fmt: skip
    channel.save(force_insert=True)
    audit(actor, "channel.added", channel)
    return channel, secret


@transaction.atomic
def change_webhook(
    *, channel: Channel, url: str, muted: Sequence[str], include_clients: bool, actor: Actor
) -> None:
    if url != channel.address:
        channel.reseller = _reseller_of(channel.account, actor)
    channel.address, channel.muted, channel.include_clients = url, list(muted), include_clients
    channel.save(update_fields=["address", "muted", "include_clients", "reseller"])
    audit(actor, "channel.changed", channel)


def _reseller_of(account: Account, actor: Actor) -> Account | None:
    """Whose URL it is, where a reseller's person types it in a client's account."""
    return account.reseller if actor.reseller else None


@transaction.atomic
def rotate_secret(*, channel: Channel, seen: str, actor: Actor) -> str:
    """A new secret beside the present one, which signs for another day.

    SEEN is the generation() on the page: the same page sent twice, or by two people at once,
    must not push out the secret that the receiver knows.
    """
    secret = secrets.new_secret()
    unchanged = Channel.objects.filter(
        pk=channel.pk, previous_secret_until=channel.previous_secret_until
    )
    if seen != generation(channel) or not unchanged.update(
        previous_secret_encrypted=F("secret_encrypted"),
        previous_secret_until=Now() + OVERLAP,
        secret_encrypted=secrets.encrypted(secret),
    ):
        raise Refused(_("The secret was renewed meanwhile. Open the page again to see how it is."))
    audit(actor, "channel.secret_rotated", channel)
    channel.refresh_from_db(fields=["previous_secret_until"])
    return secret


def generation(channel: Channel) -> str:
    """Which of its secrets a webhook has: another word after each change."""
    before = channel.previous_secret_until
    return before.isoformat() if before else "first"


@transaction.atomic
def resume(*, channel: Channel, actor: Actor) -> None:
    """What is due goes on at once."""
    stopped = Channel.objects.filter(pk=channel.pk).exclude(state=Channel.State.ACTIVE)
    resumed = stopped.update(state=Channel.State.ACTIVE, failing_since=None, quiet_until=None)
    if not resumed:
        raise Refused(_("It is active."))
    audit(actor, "channel.resumed", channel)
    after_commit(SEND, str(channel.pk))


@transaction.atomic
def remove_webhook(*, channel: Channel, actor: Actor) -> None:
    audit(actor, "channel.removed", channel)
    with connection.cursor() as cursor:
        cursor.execute(FORGET_ATTEMPTS, [channel.pk])
        cursor.execute(FORGET_DELIVERIES, [channel.pk])
    channel.delete()


@transaction.atomic
def send_test(*, channel: Channel, actor: Actor) -> Delivery:
    """One alert for this webhook alone."""
    _check_active(channel)
    throttle(f"test:{channel.pk}", limit=TESTS_PER_HOUR, seconds=3600)
    alert = Alert.objects.create(
        account=channel.account, kind=Alert.Kind.TEST, dedup_key=f"test:{uuid4()}"
    )
    delivery = Delivery.objects.create(alert=alert, channel=channel)
    audit(actor, "channel.tested", channel)
    _send_now(channel)
    return delivery


@transaction.atomic
def send_again(*, delivery: Delivery, actor: Actor) -> None:
    """Try it anew, with the same id, by which a receiver knows that it is a repeat."""
    _check_active(delivery.channel)
    throttle(f"again:{delivery.channel_id}", limit=REPEATS_PER_HOUR, seconds=3600)
    # A second click finds it waiting already.
    waiting = Q(due_at__isnull=False, attempt_count=0)
    asked = Delivery.objects.filter(pk=delivery.pk).exclude(waiting)
    if asked.update(due_at=Now(), attempt_count=0, sent_at=None, outcome=""):
        audit(actor, "delivery.sent_again", delivery)
        _send_now(delivery.channel)


def _check_active(channel: Channel) -> None:
    if channel.state != Channel.State.ACTIVE:
        raise Refused(_("This webhook is stopped. Resume it first."))


def _send_now(channel: Channel) -> None:
    """Also to a receiver that was away: whoever asks for it has mended something."""
    if channel.transport == Channel.Transport.WEBHOOK:
        quiet = Channel.objects.filter(pk=channel.pk, quiet_until__gt=Now())
        # Not NULL: it still counts among the slow ones.
        quiet.update(quiet_until=Now())
    after_commit(SEND, str(channel.pk))
