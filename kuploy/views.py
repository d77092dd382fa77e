"""Pages of no app: the way in, the health check, and the error pages."""

import logging
import sys

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.http.request import validate_host
from django.shortcuts import redirect, render
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

from accounts import brands, hosts
from accounts.context import words_of
from accounts.http import service_seat
from accounts.models import Account
from kuploy.brand import provider
from mailboxes.clientsettings import hosts as clientsettings
from mailboxes.clientsettings import lookup

log = logging.getLogger(__name__)

# More accounts than this are found by search.
SHOWN = 100


def home(request: HttpRequest) -> HttpResponse:
    """Straight to the only account, or a choice of several; clients are found by a search."""
    if not request.user.is_authenticated:
        seat = service_seat(request)
        return redirect(seat.account) if seat else redirect_to_login(request.get_full_path())
    query = request.GET.get("q", "").strip()
    own = Account.objects.joined_by(request.user).select_related("plan")
    accounts = list(own.filter(name__icontains=query)[: SHOWN + 1])
    if len(accounts) == 1 and not query:
        return redirect("accounts:overview", accounts[0].slug)
    if query:
        clients = Account.objects.looked_after_by(request.user).select_related("plan")
        found = clients.filter(name__icontains=query)
        accounts += [each for each in found[: SHOWN + 1] if each not in accounts]
    context = {"accounts": accounts[:SHOWN], "more": len(accounts) > SHOWN, "query": query}
    context["sells"] = any(each.is_reseller for each in accounts)
    return render(request, "home.html", context)


def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def known_host(request: HttpRequest) -> HttpResponse:
    """Asked by a TLS proxy before it has a certificate made for a name: 200 for names of ours."""
    host = request.GET.get("domain", "").lower()
    if validate_host(host, settings.ALLOWED_HOSTS) or _is_customers(host):
        return HttpResponse("ok", content_type="text/plain")
    return HttpResponse("unknown", content_type="text/plain", status=404)


def _is_customers(host: str) -> bool:
    """Of a domain that is hosted here, or of a reseller: one look-up for whatever is asked."""
    if lookup.named_by(host):
        return clientsettings.gets_certificate(host)
    return hosts.memory.find(host) is not None


def server_error(request: HttpRequest) -> HttpResponse:
    """503 when PostgreSQL or Redis is away, which passes by itself; else 500 with the id."""
    error = sys.exc_info()[1]
    away = isinstance(error, OperationalError | InterfaceError | RedisAway | RedisSlow)
    request_id = getattr(request, "id", "")
    # Not by who has signed in: that would ask the database.
    context = {"request_id": request_id, **words_of(brands.of_place(request) or provider())}
    log.error("request %s failed", request_id)
    if not away:
        return render(request, "500.html", context, status=500)
    response = render(request, "503.html", context, status=503)
    response["Retry-After"] = "5"
    return response
