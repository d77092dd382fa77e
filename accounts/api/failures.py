"""Which exception becomes which problem."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.api.problems import Changed, Entry, Invalid, Kind, answer
from kuploy.errors import Refused, Unavailable
from kuploy.throttle import TooOften


def install(api: NinjaAPI) -> None:
    for error, handler in HANDLERS.items():
        api.add_exception_handler(error, handler)


def _no_token(request: HttpRequest, error: Any) -> HttpResponse:
    """The same words for one that is missing, wrong, expired or revoked."""
    detail = _("Send a token of your account in the header Authorization: Bearer …")
    return answer(Kind.NO_TOKEN, detail, headers={"WWW-Authenticate": 'Bearer realm="api"'})


def _not_allowed(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(Kind.NOT_ALLOWED, str(error))


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(Kind.NOT_FOUND)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(Kind.REFUSED, str(error))


def _too_often(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(Kind.TOO_OFTEN, str(error), headers={"Retry-After": str(error.seconds)})


def _away(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(Kind.AWAY, str(error), headers={"Retry-After": "5"})


def _changed(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(Kind.CHANGED, _("Read it again, and decide again what to change."))


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(Kind.INVALID, _("See what each entry of errors says."), error.entries)


def _misfit(request: HttpRequest, error: Any) -> HttpResponse:
    """What does not have the shape that the schema says."""
    if any(each["loc"][0] == "path" for each in error.errors):
        return _not_found(request, error)
    return _invalid(request, Invalid(_entries(error.errors)))


def _entries(errors: list[dict[str, Any]]) -> Iterator[Entry]:
    for each in errors:
        source, *where = each["loc"]
        if source in ("body", "form", "file"):
            # Of JSON the first step names the argument of the function, which is nobody's business.
            steps = where[1:] if source == "body" else where
            pointer = "".join(f"/{_escaped(step)}" for step in steps)
            yield Entry(detail=each["msg"], pointer=f"#{pointer}")
        else:
            yield Entry(detail=each["msg"], parameter=str(where[-1] if where else source))


def _escaped(step: Any) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(Kind.of_status(error.status_code), _("The body has to be JSON, in UTF-8."))


def _too_large(request: HttpRequest, error: Any) -> HttpResponse:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1000
    detail = _("The body has at most %(most)d KB. Send it in parts.") % {"most": most}
    return answer(Kind.MALFORMED, detail)


HANDLERS: dict[type[Exception], Any] = {
    AuthenticationError: _no_token,
    PermissionDenied: _not_allowed,
    Http404: _not_found,
    Refused: _refused,
    TooOften: _too_often,
    Unavailable: _away,
    Changed: _changed,
    Invalid: _invalid,
    ValidationError: _misfit,
    HttpError: _unreadable,
    RequestDataTooBig: _too_large,
}
