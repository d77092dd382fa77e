"""Who is signed in with a mailbox's own password.

Kept under a key of its own in the session, beside a sign-in to the panel: neither sees the other.
"""

import time
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from hashlib import sha256

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.features import Feature, includes
from accounts.models import Membership, branded
from kuploy.errors import Refused
from kuploy.throttle import throttle
from mailboxes import passwords
from mailboxes.models import Mailbox, SignIn

KEY = "mailbox"
LASTS = timedelta(hours=12)  # a working day
PERIOD_SECONDS = 300
# At one mailbox from one IP; from all of them, so that one stranger cannot keep its user out; from
# one IP at all, which may be that of a whole office.
TRIES, TRIES_AT_A_MAILBOX, TRIES_FROM_AN_IP = 10, 50, 60


def sign_in(request: HttpRequest, *, address: str, password: str) -> None:
    """To a stranger refused in the same words, after the same time, whatever the reason."""
    _limit(request, address)
    open_ones = Mailbox.objects.signing_in().select_related("account__plan")
    mailbox = open_ones.filter(address=address).first()
    stored = mailbox.password_hash if mailbox else _nobodys()
    if not passwords.matches(password, stored) or mailbox is None:
        raise Refused(_("No mailbox opens with this address and password."))
    if not includes(mailbox.account.plan, Feature.HOSTING):
        raise Refused(_("E-mail hosting is not part of the plan any more. Ask your administrator."))
    keep(request, mailbox)
    SignIn.note(mailbox, get_adapter().get_client_ip(request))


def _limit(request: HttpRequest, address: str) -> None:
    name = sha256(address.encode()).hexdigest()  # what was typed may be long
    ip = get_adapter().get_client_ip(request)
    throttle(f"mailbox:{name}:{ip}", limit=TRIES, seconds=PERIOD_SECONDS)
    throttle(f"mailbox:{name}", limit=TRIES_AT_A_MAILBOX, seconds=PERIOD_SECONDS)
    throttle(f"mailbox-from:{ip}", limit=TRIES_FROM_AN_IP, seconds=PERIOD_SECONDS)


@cache
def _nobodys() -> str:
    return passwords.unusable()


def keep(request: HttpRequest, mailbox: Mailbox) -> None:
    """Signed in from now on, under a new session key: an older one opens nothing."""
    request.session.cycle_key()
    rotate_token(request)
    request.session[KEY] = {
        "id": str(mailbox.pk), "mark": _mark(mailbox), "since": time.time()
    }  # fmt: skip
    if request.user.is_authenticated:
        # The panel's list of sessions knows them by their key.
        UserSession.objects.create_from_request(request)


def sign_out(request: HttpRequest) -> None:
    """Also out of the panel, as signing out there ends this: who leaves leaves nothing open."""
    logout(request)


def mailbox_of(request: HttpRequest) -> Mailbox | None:
    """The mailbox this browser is signed in to, as long as it may and the password is the same."""
    held = request.session.get(KEY)
    if held is None:
        return None
    open_ones = Mailbox.objects.signing_in().filter(account__plan__email_hosting=True)
    open_ones = open_ones.select_related("account__plan", *branded("account"))
    mailbox: Mailbox | None = open_ones.filter(pk=held["id"]).first()
    if mailbox and _holds(held, mailbox):
        return mailbox
    del request.session[KEY]
    return None


def seat_of(request: HttpRequest) -> Membership | None:
    """What postmaster@ may do in the panel: as postmaster of its domain, while it is signed in."""
    mailbox = mailbox_of(request)
    if mailbox is None or not mailbox.is_postmaster:
        return None
    return Membership.of_postmaster(mailbox.address, mailbox.account, mailbox.domain_id)


def _holds(held: Mapping[str, str | float], mailbox: Mailbox) -> bool:
    age = time.time() - float(held["since"])
    fresh = 0 <= age < LASTS.total_seconds()
    return fresh and constant_time_compare(str(held["mark"]), _mark(mailbox))


def _mark(mailbox: Mailbox) -> str:
    """Another one as soon as the password is another one; the hash cannot be read from it."""
    return salted_hmac(__name__, mailbox.password_hash, algorithm="sha256").hexdigest()
