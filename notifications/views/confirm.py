"""The pages behind links in mail that ask whether an address is right, or end it; for everybody."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from notifications import channels


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    channel = channels.find_address(token)
    request.goes_by = channel.account  # type: ignore[attr-defined]
    # Only a click counts: scanners of mail open every link they see.
    if request.method == "POST":
        channels.confirm(channel=channel, ip=get_adapter().get_client_ip(request))
        channel.refresh_from_db(fields=["confirmed_at"])
    return render(request, "notifications/confirm.html", {"channel": channel})


# Mail programs post here by themselves, without a page before (RFC 8058).
@csrf_exempt
def stop(request: HttpRequest, token: str) -> HttpResponse:
    channel = channels.find_stoppable(token)
    request.goes_by = channel and channel.account  # type: ignore[attr-defined]
    if channel and request.method == "POST":
        channels.stop(channel=channel, ip=get_adapter().get_client_ip(request))
        channel = None
    return render(request, "notifications/stop.html", {"channel": channel})
