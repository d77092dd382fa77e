"""The guard of every page of a mailbox's own user."""

from collections.abc import Callable
from functools import cache, partial, wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.audit import Actor
from accounts.http import View
from mailboxes.models import Mailbox
from mailboxes.own import session


class MailboxRequest(HttpRequest):
    """A request that the guard let in."""

    htmx: HtmxDetails
    mailbox: Mailbox
    actor: Actor


def mailbox_user(view: View) -> View:
    """Let in who signed in with the mailbox's password; everybody else is sent to do so."""

    @wraps(view)
    def guarded(request: Any, **kwargs: Any) -> HttpResponseBase:
        mailbox = session.mailbox_of(request)
        if mailbox is None:
            return _to_sign_in(request)
        request.mailbox, request.goes_by = mailbox, mailbox.account
        ip = get_adapter().get_client_ip(request)
        request.actor = Actor(mailbox.account, ip=ip, mailbox=mailbox.address)
        response = view(request, **kwargs)
        add_never_cache_headers(response)  # the next one at this screen goes back to nothing
        return response

    guarded.guard = mailbox_user  # type: ignore[attr-defined]
    return guarded


def service_seats(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """Tell the panel's guard which postmaster is signed in; asked at most once, when it matters."""

    def middleware(request: Any) -> HttpResponseBase:
        request.service_seat = cache(partial(session.seat_of, request))
        return get_response(request)

    return middleware


def _to_sign_in(request: Any) -> HttpResponseBase:
    url = reverse("own:sign_in")
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
