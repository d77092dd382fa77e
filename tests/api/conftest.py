"""Programs that use the API: `api` opens all of acme, `program(...)` makes others."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.audit import Actor
from accounts.models import Account, Area, Token, User
from accounts.models.tokens import ENTER_CLIENTS
from accounts.tokens import make_token

BASE = "/api/v1"
ALL = [*(f"{area}:write" for area in Area), ENTER_CLIENTS]


class Program:
    """Speaks JSON, with one token."""

    def __init__(self, token: Token, secret: str) -> None:
        self.token, self.secret = token, secret

    def __getattr__(self, method: str) -> Callable[..., HttpResponse]:
        def call(path: str, body: Any = None, **headers: str) -> HttpResponse:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            headers.setdefault("Authorization", f"Bearer {self.secret}")
            sent = {} if body is None else {"data": body, "content_type": "application/json"}
            return getattr(Client(), method)(BASE + path, headers=headers, **sent)

        return call


def new_program(
    account: Account, maker: User, scopes: Sequence[str] = ALL, **limits: Any
) -> Program:
    limits = {"domain_ids": [], "networks": [], "expires_at": None, **limits}
    made = make_token(
        account=account, maker=maker, pk=uuid4(), name="Deploy", scopes=scopes,
        actor=Actor(account, maker), **limits,
    )  # fmt: skip
    return Program(*made)


@pytest.fixture
def program(acme: Account, alice: User) -> Callable[..., Program]:
    return lambda *scopes, **limits: new_program(acme, alice, scopes or ALL, **limits)


@pytest.fixture
def api(program: Callable[..., Program]) -> Program:
    return program()
