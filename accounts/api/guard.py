"""The guard of every call: the token decides which account, which areas and which role."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

from accounts import access
from accounts.api.limits import Rate
from accounts.audit import Actor
from accounts.http import MemberRequest, who_automates
from accounts.models import Account, Area, Membership, Token
from accounts.models.tokens import ENTER_CLIENTS, PREFIX
from accounts.roles import Act
from kuploy.throttle import TooOften, count, throttle

GUESSES_PER_MINUTE = 60
FOR_CLIENT = "Kuploy-Account"


class Call(MemberRequest):
    """A request that the guard let in; the account is the token's, or a client's of it."""

    token: Token


class TokenGuard(HttpBearer):
    """Lets in tokens that open the area, if there is one, of people who may do the act."""

    def __init__(
        self, act: Act, area: Area | None, to_write: bool, check: Callable[[Account], None]
    ) -> None:
        super().__init__()
        self.act, self.area, self.to_write, self.check = act, area, to_write, check

    @property
    def scope(self) -> str:
        if self.area is None:
            return ""
        return f"{self.area}:{'write' if self.to_write else 'read'}"

    def authenticate(self, request: HttpRequest, secret: str) -> Token | None:
        """None for whatever is no good token: one answer for all of these."""
        ip = get_adapter().get_client_ip(request)
        token = Token.objects.behind(secret) if secret.startswith(PREFIX) else None
        if token is None:
            throttle(f"token-guess:{ip}", limit=GUESSES_PER_MINUTE, seconds=60)
            return None
        _count(request, token)
        if not token.admits(ip):
            raise PermissionDenied(_("This token may not be used from %(ip)s.") % {"ip": ip})
        self._admit(request, token, ip)
        token.note_use(ip)
        return token

    def _admit(self, request: Any, token: Token, ip: str) -> None:
        who_automates(token.account)
        seat = token.seat()
        if typed := request.headers.get(FOR_CLIENT):
            seat = _at_client(token, seat, typed)
        if self.area and not token.opens(self.area, to_write=self.to_write):
            sentence = _("This token does not open that: it has no scope “%(scope)s”.")
            raise PermissionDenied(sentence % {"scope": self.scope})
        if not seat.allows(self.act):
            raise PermissionDenied(_("This token may not do that here."))
        self.check(seat.account)
        request.token, request.user = token, token.user
        request.account, request.membership = seat.account, seat
        reseller = seat.account.reseller if seat.as_reseller else None
        request.actor = Actor(
            seat.account, token.user, ip, reseller=reseller.name if reseller else "",
            token=token.name,
        )  # fmt: skip


def _at_client(token: Token, seat: Membership, typed: str) -> Membership:
    """As whoever made the token, in a client's account; if it was made for that."""
    inside = access.seat_at_client(seat, typed)
    if not token.enters_clients:
        sentence = _("This token stays in its own account: it has no scope “%(scope)s”.")
        raise PermissionDenied(sentence % {"scope": ENTER_CLIENTS})
    return inside


def _count(request: Any, token: Token) -> None:
    limit = settings.API_CALLS_PER_MINUTE
    try:
        calls, left = count(f"calls:{token.pk}", seconds=60)
    except (RedisAway, RedisSlow):
        return  # Nothing else of a call needs it, so calls go on.
    request.rate = Rate(limit, max(limit - calls, 0), left)
    if calls > limit:
        raise TooOften(left)
