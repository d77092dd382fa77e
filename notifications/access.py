"""The only code that turns an id from a request into a notice, a channel or a delivery."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Membership
from accounts.roles import Act
from kuploy.paging import PAGE_SIZE, Page, paginate
from notifications import newest
from notifications.models import KINDS, Alert, Channel, ChannelQuerySet, Delivery, Notice

Transport = Channel.Transport


def own_channels(membership: Membership) -> ChannelQuerySet:
    """A person's own; a reseller in a client's account has none there."""
    if membership.as_reseller:
        raise Http404
    return Channel.objects.filter(membership=membership).select_related("membership__user")


def offers_clients(membership: Membership) -> bool:
    """Resellers look after the accounts of their clients too."""
    return membership.account.is_reseller and membership.allows(Act.EDIT_CLIENTS)


def get_panel(membership: Membership) -> Channel:
    return get_object_or_404(own_channels(membership), transport=Transport.PANEL)


def get_notice(membership: Membership, typed: str) -> Notice:
    if not typed.isascii() or not typed.isdecimal():
        raise Http404
    notices = get_panel(membership).notices.select_related("alert__account", "channel")
    return get_object_or_404(notices, pk=typed)


def offered_channels(membership: Membership) -> list[Channel]:
    """What a person may choose kinds for: the panel, the sign-in address, what was confirmed."""
    kept = own_channels(membership)
    panel = get_panel(membership)
    sign_in = kept.filter(transport=Transport.EMAIL, address="").first()
    more = kept.filter(transport=Transport.EMAIL, confirmed_at__isnull=False).exclude(address="")
    return [panel, sign_in or _no_mail(membership), *more.order_by("created_at", "pk")]


def _no_mail(membership: Membership) -> Channel:
    """Of smaller roles, until they want some."""
    return Channel(
        account=membership.account, membership=membership, transport=Transport.EMAIL, address="",
        muted=[kind for kind, _label in KINDS], include_clients=False,
    )  # fmt: skip


def more_addresses(membership: Membership) -> ChannelQuerySet:
    mail = own_channels(membership).filter(transport=Transport.EMAIL)
    return mail.exclude(address="").order_by("created_at", "pk")


def get_address(membership: Membership, pk: UUID) -> Channel:
    return get_object_or_404(more_addresses(membership), pk=pk)


def webhooks(membership: Membership) -> ChannelQuerySet:
    hooks = Channel.objects.visible_to(membership).filter(transport=Transport.WEBHOOK)
    return hooks.order_by("created_at", "pk")


def get_webhook(membership: Membership, pk: UUID) -> Channel:
    return get_object_or_404(webhooks(membership).select_related("account"), pk=pk)


def receivers(membership: Membership) -> ChannelQuerySet:
    """The channels whose deliveries a person may see: nobody else's addresses."""
    return Channel.objects.visible_to(membership).exclude(transport=Transport.PANEL)


def page_of_deliveries(
    channels: Sequence[UUID], params: Any, *, state: str, size: int = PAGE_SIZE
) -> Page[Delivery]:
    ids = newest.near(
        channels,
        state=state,
        after=params.get("after", ""),
        before=params.get("before", ""),
        count=size + 1,
    )
    shown = Delivery.objects.filter(pk__in=ids)
    return paginate(
        shown.select_related("alert__account", "channel__membership__user"),
        "-id",
        params,
        size=size,
    )


def alerts(membership: Membership) -> "QuerySet[Alert]":
    """What happened to the account, without the tests of its webhooks."""
    return membership.account.alerts.exclude(kind=Alert.Kind.TEST)


def get_delivery(membership: Membership, code: UUID) -> Delivery:
    found = Delivery.objects.select_related("alert__account", "channel__membership__user")
    return get_object_or_404(found, code=code, channel__in=receivers(membership))
