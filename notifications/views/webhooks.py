from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.features import Feature, includes, left_out
from accounts.http import MemberRequest, member
from accounts.roles import Act
from kuploy.errors import Refused
from notifications import access, webhooks
from notifications.forms import NewWebhookForm, WebhookForm, told_of
from notifications.models import KINDS, Channel


@member(Act.EDIT_WEBHOOKS)
def index(request: MemberRequest) -> HttpResponse:
    hooks = access.webhooks(request.membership)
    context = {
        "rows": [(hook, len(told_of(hook))) for hook in hooks],
        "kinds": len(KINDS),
        "most": webhooks.WEBHOOKS_PER_ACCOUNT,
        "included": includes(request.account.plan, Feature.WEBHOOKS),
    }
    return render(request, "notifications/webhooks.html", context)


@member(Act.EDIT_WEBHOOKS)
@never_cache
def add(request: MemberRequest) -> HttpResponse:
    if not includes(request.account.plan, Feature.WEBHOOKS):
        raise PermissionDenied(left_out(request.account, Feature.WEBHOOKS))
    form = NewWebhookForm(
        request.POST or None, offer_clients=access.offers_clients(request.membership)
    )
    if request.method == "POST" and form.is_valid():
        try:
            channel, secret = webhooks.add_webhook(
                account=request.account,
                pk=form.cleaned_data["code"],
                actor=request.actor,
                **form.choice(),
            )
        except webhooks.AddedAlready:
            return redirect(
                "notifications:webhook", request.account.slug, form.cleaned_data["code"]
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            # In this one answer, and nowhere else.
            return _detail(request, channel, secret=secret)
    status = 422 if form.errors else 200
    return render(request, "notifications/add_webhook.html", {"form": form}, status=status)


@member(Act.EDIT_WEBHOOKS)
def detail(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    channel = access.get_webhook(request.membership, webhook_id)
    if request.method != "POST":
        return _detail(request, channel)
    form = WebhookForm(request.POST, offer_clients=access.offers_clients(request.membership))
    if not form.is_valid():
        return _detail(request, channel, form=form, status=422)
    webhooks.change_webhook(channel=channel, actor=request.actor, **form.choice())
    messages.success(request, _("Saved."))
    return redirect("notifications:webhook", request.account.slug, channel.pk)


def _detail(
    request: MemberRequest, channel: Channel, status: int = 200, **more: Any
) -> HttpResponse:
    before = channel.previous_secret_until
    context = {
        "channel": channel,
        "form": _form(request, channel),
        "last": channel.deliveries.exclude(outcome="").order_by("-pk").first(),
        "generation": webhooks.generation(channel),
        "overlap": before if before and before > timezone.now() else None,
        **more,
    }
    return render(request, "notifications/webhook.html", context, status=status)


def _form(request: MemberRequest, channel: Channel) -> WebhookForm:
    initial = {
        "url": channel.address,
        "kinds": told_of(channel),
        "include_clients": channel.include_clients,
    }
    return WebhookForm(initial=initial, offer_clients=access.offers_clients(request.membership))


@member(Act.EDIT_WEBHOOKS)
@require_POST
@never_cache
def rotate(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    channel = access.get_webhook(request.membership, webhook_id)
    seen = request.POST.get("seen", "")
    secret = webhooks.rotate_secret(channel=channel, seen=seen, actor=request.actor)
    return _detail(request, channel, secret=secret)


@member(Act.EDIT_WEBHOOKS)
@require_POST
def test(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    channel = access.get_webhook(request.membership, webhook_id)
    delivery = webhooks.send_test(channel=channel, actor=request.actor)
    return redirect("notifications:delivery", request.account.slug, delivery.code)


@member(Act.EDIT_WEBHOOKS)
@require_POST
def resume(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    channel = access.get_webhook(request.membership, webhook_id)
    webhooks.resume(channel=channel, actor=request.actor)
    messages.success(request, _("It is active again, and what waits goes on."))
    return redirect("notifications:webhook", request.account.slug, channel.pk)


@member(Act.EDIT_WEBHOOKS)
def remove(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    channel = access.get_webhook(request.membership, webhook_id)
    if request.method != "POST":
        context = {"channel": channel, "form": Form()}
        return render(request, "notifications/remove_webhook.html", context)
    webhooks.remove_webhook(channel=channel, actor=request.actor)
    messages.success(request, _("The webhook at %(host)s is removed.") % {"host": channel.host})
    return redirect("notifications:webhooks", request.account.slug)
