"""Pages of no app: the way in, the health check, and the error pages."""

import logging
import sys

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

from accounts.models import Account

log = logging.getLogger(__name__)

# More accounts than this are found by search.
SHOWN = 100


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Straight to the only account, or a choice of several."""
    query = request.GET.get("q", "").strip()
    found = Account.objects.open_to(request.user).select_related("plan")
    accounts = list(found.filter(name__icontains=query)[: SHOWN + 1])
    if len(accounts) == 1 and not query:
        return redirect("accounts:overview", accounts[0].slug)
    context = {"accounts": accounts[:SHOWN], "more": len(accounts) > SHOWN, "query": query}
    return render(request, "home.html", context)


def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def server_error(request: HttpRequest) -> HttpResponse:
    """503 when PostgreSQL or Redis is away, which passes by itself; else 500 with the id."""
    error = sys.exc_info()[1]
    away = isinstance(error, OperationalError | InterfaceError | RedisAway | RedisSlow)
    context = {"request_id": getattr(request, "id", ""), "BRAND": settings.BRAND}
    log.error("request %s failed", context["request_id"])
    if not away:
        return render(request, "500.html", context, status=500)
    response = render(request, "503.html", context, status=503)
    response["Retry-After"] = "5"
    return response
