"""Host names below customers' domains, such as autoconfig.DOMAIN: which ones we answer under."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.request import split_domain_port

from domains.models import Domain
from kuploy.brand import NAMELESS
from mailboxes.clientsettings import lookup

URLS = {
    lookup.AUTOCONFIG: "mailboxes.clientsettings.urls",
    lookup.AUTODISCOVER: "mailboxes.clientsettings.urls",
    lookup.MTA_STS: "domains.policy_urls",
}
Handler = Callable[[HttpRequest], HttpResponse]


def settings_hosts(get_response: Handler) -> Handler:
    """Under such a name is what programs and servers ask for there, and no page of the panel."""

    def middleware(request: HttpRequest) -> HttpResponse:
        typed = request.META.get("HTTP_HOST", "")
        host, _port = split_domain_port(typed)
        if not lookup.named_by(host):
            return get_response(request)
        if not is_known(host):
            return HttpResponseNotFound("unknown", content_type="text/plain")
        request.get_host = lambda: typed  # type: ignore[method-assign]
        request.host_brand = NAMELESS  # type: ignore[attr-defined]
        request.urlconf = URLS[lookup.label_of(host)]
        return get_response(request)

    return middleware


def is_known(host: str) -> bool:
    """Of a domain hosted here, or of one of ours: by the MX record mail programs find that too."""
    name = lookup.named_by(host)
    if not name:
        return False
    ours = (own == name or own.endswith(f".{name}") for own in settings.OWN_HOST_NAMES)
    if lookup.label_of(host) != lookup.MTA_STS and any(ours):
        return True
    return Domain.objects.served_as(name).exists()
