"""What people do with the ways in which they themselves are told."""

from collections.abc import Iterable
from datetime import timedelta

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import brands
from accounts.audit import Actor, audit
from accounts.models import Membership, branded
from kuploy import mail
from kuploy.errors import Refused
from kuploy.throttle import throttle
from notifications.models import Channel

ADDRESSES_PER_PERSON = 5
LINK_LASTS = timedelta(days=3)
DAY = 86_400
SALT = "confirm-address"
STOP_SALT = "stop-address"


@transaction.atomic
def choose(*, channels: Iterable[Channel], actor: Actor) -> None:
    """Keep what was ticked on each channel."""
    changed = [channel for channel in channels if _keep(channel)]
    if changed:
        audit(actor, "notifications.changed", changed[0])


def _keep(channel: Channel) -> bool:
    choice = {"muted": channel.muted, "include_clients": channel.include_clients}
    if not channel._state.adding:
        return bool(Channel.objects.filter(pk=channel.pk).update(**choice))
    # The first choice for the sign-in address; another page may have been quicker.
    Channel.objects.update_or_create(
        membership=channel.membership, transport=channel.transport, address="",
        defaults={"account": channel.account, **choice},
    )  # fmt: skip
    return True


def add_address(*, membership: Membership, address: str, actor: Actor) -> Channel:
    """Put an address on a person's list, and ask there whether it is right."""
    _throttle(membership, address)
    if address == membership.user.email:
        raise Refused(_("That is your sign-in address: choose above what it gets."))
    channel = Channel(
        account=membership.account, membership=membership,
        transport=Channel.Transport.EMAIL, address=address,
    )  # fmt: skip
    with transaction.atomic():
        # Locked: of two clicks at once, the second counts the address of the first.
        Membership.objects.select_for_update().get(pk=membership.pk)
        _check_room(membership)
        try:
            with transaction.atomic():
                channel.save()
        except IntegrityError:
            raise Refused(_("%(address)s is on your list.") % {"address": address}) from None
        audit(actor, "address.added", channel)
    _ask(channel)
    return channel


def _check_room(membership: Membership) -> None:
    mine = Channel.objects.filter(membership=membership, transport=Channel.Transport.EMAIL)
    if mine.exclude(address="").count() >= ADDRESSES_PER_PERSON:
        raise Refused(
            _("You have %(most)d addresses, which is the most. Remove one first.")
            % {"most": ADDRESSES_PER_PERSON}
        )


def ask_again(*, channel: Channel, actor: Actor) -> None:
    """The link once more."""
    if channel.confirmed_at or channel.membership is None:
        raise Refused(_("%(address)s is confirmed.") % {"address": channel.address})
    _throttle(channel.membership, channel.address)
    audit(actor, "address.asked_again", channel)
    _ask(channel)


def _throttle(membership: Membership, address: str) -> None:
    """Nobody can flood a stranger with mail of ours."""
    throttle(f"confirm:{membership.pk}", limit=20, seconds=DAY)
    # Of each account alone too: a stranger must not use up what the address's owner needs.
    throttle(f"confirm-to:{membership.account_id}:{address}", limit=5, seconds=DAY)
    throttle(f"confirm-to:{address}", limit=20, seconds=DAY)


def _ask(channel: Channel) -> None:
    token = signing.dumps(str(channel.pk), salt=SALT)
    path = reverse("confirm_address", args=[token])
    brand = brands.of_account(channel.account)
    mail.send("confirm_address", channel.address, {"channel": channel, "path": path}, brand=brand)


def find_address(token: str) -> Channel:
    """The channel behind a mailed link; Refused when it is false, removed or too old."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        pk = None
    rows = Channel.objects.select_related("membership__user", "account", *branded("account"))
    if found := rows.filter(pk=pk).first():
        return found
    raise Refused(
        _("This link is no longer good. Whoever wants mail at this address can send a new one.")
    )


@transaction.atomic
def confirm(*, channel: Channel, ip: str | None) -> None:
    """Whoever has the link reads the mail of that address; once more changes nothing."""
    if Channel.objects.filter(pk=channel.pk, confirmed_at=None).update(confirmed_at=Now()):
        audit(Actor(channel.account, None, ip), "address.confirmed", channel)


def stop_url(channel: Channel) -> str:
    """Where whoever reads that address may end it without an account here; good for ever."""
    token = signing.dumps(str(channel.pk), salt=STOP_SALT)
    return brands.of_account(channel.account).base_url + reverse("stop_address", args=[token])


def find_stoppable(token: str) -> Channel | None:
    """The channel behind such a link; None when it has ended. Refused when the link is false."""
    try:
        pk = signing.loads(token, salt=STOP_SALT)
    except signing.BadSignature:
        raise Refused(_("This link is not complete. Copy all of it from the message.")) from None
    rows = Channel.objects.select_related("account", *branded("account"))
    return rows.filter(pk=pk).first()


@transaction.atomic
def stop(*, channel: Channel, ip: str | None) -> None:
    audit(Actor(channel.account, None, ip), "address.stopped", channel)
    channel.delete()


@transaction.atomic
def remove_address(*, channel: Channel, actor: Actor) -> None:
    audit(actor, "address.removed", channel)
    channel.delete()
