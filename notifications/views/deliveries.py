"""What was sent where, and how each try ended."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, member
from accounts.roles import Act
from notifications import access, webhooks
from notifications.models import Delivery

# Sending the same again and again makes more of them; nobody reads further back.
ATTEMPTS_SHOWN = 50
SOON = timedelta(minutes=2)


@member(Act.EDIT_WEBHOOKS)
def index(request: MemberRequest) -> HttpResponse:
    receivers = access.receivers(request.membership).select_related("membership__user")
    choices = {str(channel.pk): channel.host or channel.recipient for channel in receivers}
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    if channel not in choices:
        channel = ""
    wanted = [each.pk for each in receivers if channel in ("", str(each.pk))]
    context = {
        "page": access.page_of_deliveries(wanted, request.GET, state=state),
        "state": state,
        "states": [("", _("Any state")), *Delivery.State.choices],
        "channel": channel,
        "channels": [("", _("Any receiver")), *choices.items()],
    }
    template = (
        "notifications/deliveries.html#list" if request.htmx else "notifications/deliveries.html"
    )
    return render(request, template, context)


@member(Act.EDIT_WEBHOOKS)
def detail(request: MemberRequest, delivery_code: UUID) -> HttpResponse:
    return _page(request, delivery_code, "notifications/delivery.html")


@member(Act.EDIT_WEBHOOKS)
def live(request: MemberRequest, delivery_code: UUID) -> HttpResponse:
    """The part of the page that follows a delivery under way."""
    return _page(request, delivery_code, "notifications/delivery.html#live")


def _page(request: MemberRequest, code: UUID, template: str) -> HttpResponse:
    delivery = access.get_delivery(request.membership, code)
    soon = timezone.now() + SOON
    context = {
        "delivery": delivery,
        "attempts": delivery.attempts.order_by("-pk")[:ATTEMPTS_SHOWN],
        "soon": delivery.due_at is not None and delivery.due_at < soon,
    }
    return render(request, template, context)


@member(Act.EDIT_WEBHOOKS)
@require_POST
def again(request: MemberRequest, delivery_code: UUID) -> HttpResponse:
    delivery = access.get_delivery(request.membership, delivery_code)
    webhooks.send_again(delivery=delivery, actor=request.actor)
    return redirect("notifications:delivery", request.account.slug, delivery.code)
