"""Host names of resellers: which ones the panel answers under."""

import time
from collections import OrderedDict
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port

from accounts import brands
from kuploy.brand import NAMELESS, Brand

Handler = Callable[[HttpRequest], HttpResponse]

KNOWN_FOR_SECONDS = 5
# Strangers may invent names without end.
MOST_REMEMBERED = 1000


class Memory:
    """What was last found, per name; the database is asked every few seconds."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[float, Brand | None]] = OrderedDict()

    def find(self, host: str) -> Brand | None:
        asked_at, brand = self._found.get(host, (0.0, None))
        if asked_at and time.monotonic() - asked_at < KNOWN_FOR_SECONDS:
            return brand
        try:
            brand = brands.of_host(host)
        except (OperationalError, InterfaceError):
            # While PostgreSQL is away, who was known is: that page can say so in the right name.
            if brand is None:
                raise
            return brand
        self._keep(host, brand)
        return brand

    def _keep(self, host: str, brand: Brand | None) -> None:
        self._found[host] = (time.monotonic(), brand)
        self._found.move_to_end(host)
        while len(self._found) > MOST_REMEMBERED:
            self._found.popitem(last=False)

    def forget(self) -> None:
        self._found.clear()


memory = Memory()


def reseller_hosts(get_response: Handler) -> Handler:
    """Take a reseller's host name for one of ours; every other one is refused as ever."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            _admit(request)
        return get_response(request)

    return middleware


def _admit(request: HttpRequest) -> None:
    typed = request.META.get("HTTP_HOST", "")
    host, _port = split_domain_port(typed)
    request.host_brand = NAMELESS  # type: ignore[attr-defined]
    brand = memory.find(host) if host else None
    if brand is None:
        raise DisallowedHost(f"Invalid HTTP_HOST header: {typed!r}.")
    request.host_brand = brand  # type: ignore[attr-defined]
    request.get_host = lambda: typed  # type: ignore[method-assign]
    if request.path_info.startswith("/admin/"):
        # The provider's people never sign in where somebody else may listen.
        raise Http404
