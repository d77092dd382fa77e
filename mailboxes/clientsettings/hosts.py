"""Host names below customers' domains, such as autoconfig.DOMAIN: which ones we answer under."""

from collections.abc import Callable

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.request import split_domain_port

from domains.dns.findings import Kind, State
from domains.models import Domain, RecordCheck
from kuploy.brand import NAMELESS
from mailboxes.clientsettings import lookup

URLS = {
    lookup.AUTOCONFIG: "mailboxes.clientsettings.urls",
    lookup.AUTODISCOVER: "mailboxes.clientsettings.urls",
    lookup.MTA_STS: "domains.policy_urls",
}
KINDS = {
    lookup.AUTOCONFIG: Kind.AUTOCONFIG,
    lookup.AUTODISCOVER: Kind.AUTODISCOVER,
    lookup.MTA_STS: Kind.MTA_STS_HOST,
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
    return bool(name) and (_is_ours(host) or Domain.objects.served_as(name).exists())


def gets_certificate(host: str) -> bool:
    """Of those names, none that was seen to lead nowhere, or elsewhere.

    Its order would fail; and authorities take only so many orders, which strangers could use up.
    """
    kind, name = KINDS[lookup.label_of(host)], lookup.named_by(host)
    astray = RecordCheck.objects.filter(
        domain=OuterRef("pk"), kind=kind, state__in=(State.WRONG, State.MISSING)
    )
    return _is_ours(host) or Domain.objects.served_as(name).exclude(Exists(astray)).exists()


def _is_ours(host: str) -> bool:
    if lookup.label_of(host) == lookup.MTA_STS:
        return False
    name = lookup.named_by(host)
    return any(own == name or own.endswith(f".{name}") for own in settings.OWN_HOST_NAMES)
