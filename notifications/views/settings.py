"""Of what a person wants to be told, and where."""

from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, member
from accounts.roles import Act
from kuploy.errors import Refused
from notifications import access, channels
from notifications.forms import AddressForm, ChoicesForm


@member(Act.CHOOSE_NOTICES)
def settings(request: MemberRequest) -> HttpResponse:
    if request.membership.as_reseller:
        return redirect("notifications:settings", request.account.reseller.slug)  # type: ignore[union-attr]
    form = _choices(request)
    if request.method == "POST" and form.is_valid():
        channels.choose(channels=form.chosen(), actor=request.actor)
        messages.success(request, _("Saved."))
        return redirect("notifications:settings", request.account.slug)
    return _page(request, form, AddressForm())


def _choices(request: MemberRequest) -> ChoicesForm:
    return ChoicesForm(
        request.POST if request.method == "POST" else None,
        channels=access.offered_channels(request.membership),
        offer_clients=access.offers_clients(request.membership),
    )


def _page(request: MemberRequest, form: ChoicesForm, address_form: AddressForm) -> HttpResponse:
    context = {
        "form": form,
        "address_form": address_form,
        "addresses": access.more_addresses(request.membership),
        "silent": not EmailAddress.objects.filter(
            user=request.user, primary=True, verified=True
        ).exists(),
        "most": channels.ADDRESSES_PER_PERSON,
    }
    wrong = form.errors or address_form.errors
    return render(request, "notifications/settings.html", context, status=422 if wrong else 200)


@member(Act.CHOOSE_NOTICES)
@require_POST
def add_address(request: MemberRequest) -> HttpResponse:
    offered = access.offered_channels(request.membership)
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            channel = channels.add_address(
                membership=request.membership,
                address=form.cleaned_data["address"],
                actor=request.actor,
            )
        except Refused as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, _asked(channel.address))
            return redirect("notifications:settings", request.account.slug)
    choices = ChoicesForm(channels=offered, offer_clients=access.offers_clients(request.membership))
    return _page(request, choices, form)


@member(Act.CHOOSE_NOTICES)
@require_POST
def ask_again(request: MemberRequest, address_id: UUID) -> HttpResponse:
    channel = access.get_address(request.membership, address_id)
    channels.ask_again(channel=channel, actor=request.actor)
    messages.success(request, _asked(channel.address))
    return redirect("notifications:settings", request.account.slug)


def _asked(address: str) -> str:
    return _("%(address)s has mail from us now. Open the link in it.") % {"address": address}


@member(Act.CHOOSE_NOTICES)
@require_POST
def remove_address(request: MemberRequest, address_id: UUID) -> HttpResponse:
    channel = access.get_address(request.membership, address_id)
    channels.remove_address(channel=channel, actor=request.actor)
    messages.success(request, _("%(address)s gets no more mail.") % {"address": channel.address})
    return redirect("notifications:settings", request.account.slug)
