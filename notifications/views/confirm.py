"""The page behind the link that asks whether an address is right; open to everybody."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from notifications import channels


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    channel = channels.find_address(token)
    # Only a click counts: scanners of mail open every link they see.
    if request.method == "POST":
        channels.confirm(channel=channel, ip=get_adapter().get_client_ip(request))
        channel.refresh_from_db(fields=["confirmed_at"])
    return render(request, "notifications/confirm.html", {"channel": channel})
