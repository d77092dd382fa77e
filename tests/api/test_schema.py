"""schemathesis walks the whole description, as several roles and with sense and nonsense.

No 500, no answer that the description does not name, and nothing of another tenant in any answer.
"""

from collections import Counter
from functools import cache
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy, one_of
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.api.guard import FOR_CLIENT
from accounts.models import Account, Membership, Role
from tests.api.conftest import ALL, Program, new_program
from tests.api.test_tenancy import all_things_of

EXAMPLES = 2
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
BOUNDED = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limit(settings):
    settings.API_CALLS_PER_MINUTE = 1_000_000


@pytest.fixture(autouse=True)
def _one_connection():
    """A request of its own would close the connection with the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def ours(acme):
    return all_things_of(acme, "acme.test")


@pytest.fixture
def secrets_of_others(charlie):
    """What must not be in any answer."""
    account = charlie.memberships.get().account
    things = all_things_of(account, "elsewhere.test").values()
    return ["elsewhere", str(account.pk), *(str(each) for each in things if isinstance(each, UUID))]


def as_manager(acme: Account, ours: dict[str, Any]) -> list[str]:
    Membership.objects.filter(account=acme).update(role=Role.MANAGER)
    return ALL


def as_reseller(acme: Account, ours: dict[str, Any]) -> list[str]:
    Account.objects.filter(pk=acme.pk).update(kind=Account.Kind.RESELLER)
    return ALL


def as_reader(acme: Account, ours: dict[str, Any]) -> list[str]:
    return [scope.replace("write", "read") for scope in ALL]


@pytest.fixture(params=[as_reseller, as_manager, as_reader, "of one domain"])
def program(request, acme, alice, ours):
    if request.param == "of one domain":
        return new_program(acme, alice, domain_ids=[ours["domain_id"]])
    scopes = request.param(acme, ours)
    acme.refresh_from_db()
    return new_program(acme, alice, scopes)


@cache
def walks() -> list[tuple[Any, SearchStrategy[Case]]]:
    """Each call with what may be sent to it; made once, since that takes most of the time."""
    panel = get_wsgi_application()

    def from_here(environ: dict[str, Any], start_response: Any) -> Any:
        return panel({**environ, "REMOTE_ADDR": "127.0.0.1"}, start_response)

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", from_here)
    calls = [found.ok() for found in schema.get_all_operations()]
    return [(call, one_of(*(call.as_strategy(mode) for mode in MODES))) for call in calls]


def test_every_answer_is_as_described(program, ours, secrets_of_others):
    seen = Counter()
    for call, strategy in walks():
        things = {each.name: str(ours[each.name]) for each in call.path_parameters}

        @BOUNDED
        @given(case=strategy)
        def walk(case: Case) -> None:
            case.path_parameters = things  # noqa: B023  (called at once)
            # It would be some id that is no client's, and everything not found.
            case.headers.pop(FOR_CLIENT, None)
            seen[answer_to(case, program, secrets_of_others)] += 1

        walk()
    assert len(walks()) > 60
    assert seen[200] > 10, seen


def answer_to(case: Case, program: Program, secrets_of_others: list[str]) -> int:
    """The status, once the answer is as it was described; what was done is undone."""
    with transaction.atomic():
        headers = {"Authorization": f"Bearer {program.secret}"}
        response = case.call_and_validate(headers=headers, checks=CHECKS)
        assert not [secret for secret in secrets_of_others if secret in response.text.lower()]
        transaction.set_rollback(True)
    return int(response.status_code)
