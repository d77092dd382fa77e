from collections.abc import Callable
from uuid import uuid4

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from kuploy.errors import Refused, Unavailable

Handler = Callable[[HttpRequest], HttpResponse]


def request_id(get_response: Handler) -> Handler:
    """Give each request an id that the error page and the log both name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.id = uuid4().hex[:12]  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response

    return middleware


def no_nul(get_response: Handler) -> Handler:
    """Refuse an address with a NUL in it: PostgreSQL takes none in a text, and nobody types one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return middleware


class RefusedMiddleware:
    """Shows a Refused as a page, or to HTMX as a notice in #flash, and loses nothing typed."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return _notice(request, str(error), 422)
        if isinstance(error, Unavailable):
            return _notice(request, str(error), 503)
        return None


def _notice(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    context = {"sentence": sentence, "back": _back(request)}
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "refused.html", context, status=status)
    response = render(request, "refused.html#flash", context, status=status)
    response["HX-Retarget"] = "#flash"
    response["HX-Reswap"] = "innerHTML"
    return response


def _back(request: HttpRequest) -> str:
    """Where the person came from, as long as that was a page of ours."""
    referer = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()})
    return referer if ours else "/"
