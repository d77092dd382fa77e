"""Host names autoconfig.DOMAIN and autodiscover.DOMAIN: which ones the panel answers under."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.request import split_domain_port

from kuploy.brand import NAMELESS
from mailboxes.clientsettings import lookup

Handler = Callable[[HttpRequest], HttpResponse]


def settings_hosts(get_response: Handler) -> Handler:
    """Under such a name there are the settings of mail programs, and no page else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        typed = request.META.get("HTTP_HOST", "")
        host, _port = split_domain_port(typed)
        if not lookup.named_by(host):
            return get_response(request)
        if not is_known(host):
            return HttpResponseNotFound("unknown", content_type="text/plain")
        request.get_host = lambda: typed  # type: ignore[method-assign]
        request.host_brand = NAMELESS  # type: ignore[attr-defined]
        request.urlconf = "mailboxes.clientsettings.urls"
        return get_response(request)

    return middleware


def is_known(host: str) -> bool:
    """Of a domain hosted here, or of one of ours: by the MX record mail programs find that too."""
    name = lookup.named_by(host)
    ours = (own == name or own.endswith(f".{name}") for own in settings.OWN_HOST_NAMES)
    return bool(name) and (any(ours) or lookup.hosted(name) is not None)
