"""What anybody may ask, by machine or by hand. No answer tells whether a mailbox exists."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kuploy.errors import Refused
from kuploy.throttle import throttle
from mailboxes.clientsettings import autoconfig as thunderbird
from mailboxes.clientsettings import autodiscover as outlook
from mailboxes.clientsettings import lookup, page, profile, xml
from mailboxes.clientsettings.forms import AddressForm
from mailboxes.clientsettings.lookup import Asked, Hosted, servers

View = Callable[..., HttpResponse]
# A whole office may come from one address, each of its programs asking a few times.
TRIES, PERIOD_SECONDS = 120, 60


def limited(view: View) -> View:
    """So that nobody asks for every domain there is."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        ip = get_adapter().get_client_ip(request)
        try:
            throttle(f"client-settings:{ip}", limit=TRIES, seconds=PERIOD_SECONDS)
        except Refused as error:
            headers = {"Retry-After": str(PERIOD_SECONDS)}
            return HttpResponse(
                str(error), status=429, content_type="text/plain; charset=utf-8", headers=headers
            )
        return view(request, **kwargs)

    return guarded


@require_safe
@limited
def autoconfig(request: HttpRequest) -> HttpResponse:
    hosted = _hosted(request, request.GET.get("emailaddress", ""))
    return _xml(thunderbird.document(hosted, servers()))


@csrf_exempt
@require_POST
@limited
def autodiscover(request: HttpRequest, way: str) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > xml.MOST_BYTES:
        return HttpResponse("too long", status=413, content_type="text/plain")
    texts = xml.texts(request.body)
    if not texts.get("EMailAddress"):
        return _xml(outlook.refusal(outlook.INVALID_REQUEST))
    if texts.get("AcceptableResponseSchema", outlook.OUTLOOK) != outlook.OUTLOOK:
        return _xml(outlook.refusal(outlook.NO_SUCH_SCHEMA))
    return _xml(outlook.document(_asked(texts["EMailAddress"]), servers()))


@require_safe
@limited
def autodiscover_json(request: HttpRequest, way: str, email: str = "") -> HttpResponse:
    asked = {key.lower(): str(value) for key, value in request.GET.items()}
    _hosted(request, email or asked.get("email", ""))
    url = request.build_absolute_uri(f"/{way}.xml")
    status, body = outlook.where(asked.get("protocol", ""), url)
    return JsonResponse(body, status=status)


@require_safe
@limited
def setup(request: HttpRequest) -> HttpResponse:
    """The settings for people, under the name that they know."""
    form = AddressForm(request.GET if "address" in request.GET else None)
    if not form.is_valid():
        return render(request, "mailboxes/setup.html", {"form": form}, status=_status(form))
    asked: Asked = form.cleaned_data["address"]
    request.goes_by = asked.hosted.account  # type: ignore[attr-defined]
    context = {
        "asked": asked,
        **page.context(asked.hosted.brand, asked.address),
        "profile_url": f"{reverse('setup_profile')}?{urlencode({'address': asked.address})}",
    }
    return render(request, "mailboxes/setup.html", context)


def _status(form: AddressForm) -> int:
    return 404 if form.errors else 200


@require_safe
@limited
def setup_profile(request: HttpRequest) -> HttpResponse:
    return profile.answer(_asked(request.GET.get("address", "")), servers())


def _asked(address: str) -> Asked:
    if asked := lookup.asked(address):
        return asked
    raise Http404


def _hosted(request: HttpRequest, address: str) -> Hosted:
    """By the address; by the host name where the program names none that can be read."""
    if "@" in address:
        return _asked(address).hosted
    host, _port = split_domain_port(request.get_host())
    if found := lookup.hosted(lookup.named_by(host)):
        return found
    raise Http404


def _xml(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="text/xml; charset=utf-8")
