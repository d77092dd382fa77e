"""Walks every call: which role gets where, and that nobody reaches what is another tenant's."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from accounts.api import guard
from accounts.api.guard import TokenGuard
from accounts.http import who_hosts, who_sells
from accounts.models import Account, AuditEvent, Membership, Role, Token
from kuploy.api import api as kuploy_api
from kuploy.codes import seal
from tests.api.conftest import BASE, new_program
from tests.tenancy.test_routes import things_of

NOBODY = "00000000-0000-0000-0000-000000000000"


class Route(NamedTuple):
    method: str
    path: str
    guard: TokenGuard
    body: dict[str, Any] | None

    def address(self, things: dict[str, Any]) -> str:
        path = self.path
        for name, value in things.items():
            path = path.replace(f"{{{name}}}", str(value))
        return path

    @property
    def of_resellers(self) -> bool:
        return self.guard.check is who_sells

    @property
    def names_a_thing(self) -> bool:
        return "{" in self.path


def routes() -> Iterator[Route]:
    for router in kuploy_api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                plain = re.sub(r"{\w+:", "{", path)
                (check,) = operation.auth_callbacks
                yield Route(operation.methods[0], plain, check, body_of(operation))


def body_of(operation: Any) -> dict[str, Any] | None:
    """The least that has the shape of what is to be sent."""
    for model in operation.models:
        if model.__ninja_param_source__ == "body":
            (field,) = model.model_fields.values()
            wanted = field.annotation.model_json_schema()
            shapes = {name: wanted["properties"][name] for name in wanted.get("required", [])}
            return {name: least_of(shape) for name, shape in shapes.items()}
    return None


def least_of(shape: dict[str, Any]) -> Any:
    if "enum" in shape:
        return shape["enum"][0]
    least = {"string": "x", "boolean": True, "array": [], "integer": 1}
    return NOBODY if "format" in shape else least[shape["type"]]


ROUTES = list(routes())
WITH_A_THING = [route for route in ROUTES if route.names_a_thing]


def answers(program: Any, chosen: list[Route], things: dict[str, Any]) -> dict[str, int]:
    found = {}
    for route in chosen:
        call = getattr(program, route.method.lower())
        status = call(route.address(things), route.body).status_code
        found[f"{route.method} {route.path}"] = status
    return found


@pytest.fixture(autouse=True)
def _no_limit(settings):
    settings.API_CALLS_PER_MINUTE = 10_000


@pytest.fixture
def ours(acme):
    return all_things_of(acme, "acme.test")


def all_things_of(account: Account, name: str) -> dict[str, Any]:
    things = things_of(account, name)
    numbered = {"plan_id": "plan", "seat_id": "seat"}
    sealed = {name: seal(kind, things[name]) for name, kind in numbered.items()}
    return {**things, **sealed, "job_id": "none"}


@pytest.fixture
def theirs(charlie):
    account = Account.objects.get(memberships__user=charlie)
    return all_things_of(account, "elsewhere.test")


def test_every_call_goes_through_the_guard():
    assert all(isinstance(route.guard, TokenGuard) for route in ROUTES)
    assert len(ROUTES) > 25


def test_every_call_is_in_the_description():
    described = kuploy_api.get_openapi_schema()["paths"]
    found = {(verb.upper(), path) for path, verbs in described.items() for verb in verbs}
    assert found == {(route.method, BASE + route.path) for route in ROUTES}


def test_without_a_token_nobody_gets_in(api, ours, monkeypatch):
    monkeypatch.setattr(guard, "GUESSES_PER_MINUTE", 1000)
    api.secret = "kuploy_none"
    assert set(answers(api, ROUTES, ours).values()) == {401}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_ids_of_another_tenant_are_not_found(acme, alice, ours, theirs, role):
    Membership.objects.filter(user=alice).update(role=role)
    chosen = [
        route for route in WITH_A_THING
        if route.guard.act.role <= role and not route.of_resellers
    ]  # fmt: skip
    found = answers(new_program(acme, alice), chosen, theirs)
    assert found == dict.fromkeys(found, 404)
    assert len(found) > 15


def test_a_manager_does_nothing_that_only_owners_may(acme, alice, ours):
    Membership.objects.filter(user=alice).update(role=Role.MANAGER)
    chosen = [route for route in ROUTES if route.guard.act.role > Role.MANAGER]
    before = AuditEvent.objects.count()
    program = new_program(acme, alice)
    assert set(answers(program, chosen, ours).values()) <= {403}
    assert AuditEvent.objects.count() == before + 1  # the token's own


def test_a_token_of_chosen_domains_finds_no_others(acme, alice, ours, program):
    others = all_things_of(acme, "not-chosen.test")
    chosen = [route for route in WITH_A_THING if route.guard.act.role <= Role.POSTMASTER]
    found = answers(program(domain_ids=[ours["domain_id"]]), chosen, others)
    assert found == dict.fromkeys(found, 404)


def test_a_token_of_chosen_domains_manages_nothing(program, ours):
    chosen = [route for route in ROUTES if route.guard.act.role > Role.POSTMASTER]
    found = answers(program(domain_ids=[ours["domain_id"]]), chosen, ours)
    assert found == dict.fromkeys(found, 403)


def test_no_list_shows_what_is_another_tenants(api, ours, theirs):
    for route in ROUTES:
        if route.method == "GET" and not route.names_a_thing and not route.of_resellers:
            response = api.get(route.path)
            assert (route.path, response.status_code) == (route.path, 200)
            assert "elsewhere" not in response.text.lower()


@pytest.mark.parametrize("to_write", [False, True])
def test_each_area_opens_its_own_calls_only(program, ours, to_write):
    for route in ROUTES:
        area = route.guard.area
        if area and route.guard.to_write == to_write and not route.of_resellers:
            others = {f"{other.guard.area}:write" for other in ROUTES if other.guard.area} - {
                f"{area}:write"
            }
            Token.objects.all().delete()
            stranger = program(*others, *([f"{area}:read"] if to_write else []))
            found = answers(stranger, [route], ours)
            assert found == dict.fromkeys(found, 403)


def test_without_email_hosting_its_calls_are_refused(api, plan, ours):
    plan.email_hosting = False
    plan.save()
    chosen = [route for route in ROUTES if route.guard.check is who_hosts]
    found = answers(api, chosen, ours)
    assert found == dict.fromkeys(found, 403)


def test_who_is_no_reseller_finds_no_call_of_resellers(api, ours):
    chosen = [route for route in ROUTES if route.of_resellers]
    assert set(answers(api, chosen, ours).values()) <= {404}


@pytest.fixture
def reseller(acme, alice):
    """acme sells to others, with alice's token."""
    Account.objects.filter(pk=acme.pk).update(kind=Account.Kind.RESELLER)
    acme.refresh_from_db()
    return new_program(acme, alice)


def test_a_reseller_finds_its_own(reseller, ours):
    chosen = [route for route in ROUTES if route.of_resellers and route.method == "GET"]
    found = answers(reseller, chosen, ours)
    assert found == dict.fromkeys(found, 200)
    assert len(found) >= 4


def test_a_reseller_finds_neither_clients_nor_plans_of_another(reseller, ours, theirs):
    chosen = [route for route in WITH_A_THING if route.of_resellers]
    found = answers(reseller, chosen, theirs)
    wrong = {call: status for call, status in found.items() if status != 404}
    assert wrong == {}
    for path in ("/clients", "/plans"):
        assert str(theirs["client_id"]) not in reseller.get(path).text
        assert str(theirs["plan_id"]) not in reseller.get(path).text


def test_a_resellers_manager_makes_no_plans(reseller, ours):
    Membership.objects.filter(user=reseller.token.user).update(role=Role.MANAGER)
    assert reseller.get("/plans").status_code == 403
    assert reseller.get("/clients").status_code == 200
