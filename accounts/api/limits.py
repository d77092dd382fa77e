"""What every answer under /api/ has: how many calls are left, and never a page of HTML."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from accounts.api.problems import REFERENCE, Kind, answer

Handler = Callable[[HttpRequest], HttpResponse]
KEPT = ("Allow", "Retry-After")


@dataclass(frozen=True, slots=True)
class Rate:
    """Of one token in the present minute."""

    limit: int
    left: int
    seconds: int


def for_programs(get_response: Handler) -> Handler:
    """Headers of draft-ietf-httpapi-ratelimit-headers; errors that Django made become problems."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith("/api/"):
            return response
        if response.status_code >= 400 and not response["Content-Type"].startswith("application/"):
            response = _problem(request, response)
        if rate := getattr(request, "rate", None):
            response["RateLimit-Policy"] = f'"token";q={rate.limit};w=60'
            response["RateLimit"] = f'"token";r={rate.left};t={rate.seconds}'
            patch_cache_control(response, private=True, no_cache=True)
        return response

    return middleware


def _problem(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    kind = Kind.of_status(page.status_code)
    detail = _("The reference is at %(path)s.") % {"path": REFERENCE}
    if kind is Kind.BROKEN:
        request_id = getattr(request, "id", "")
        detail = _("Tell support the number of the request: %(id)s.") % {"id": request_id}
    elif kind is Kind.AWAY:
        detail = _("Try again in a moment.")
    headers = {name: page[name] for name in KEPT if page.has_header(name)}
    return answer(kind, detail, headers=headers)
