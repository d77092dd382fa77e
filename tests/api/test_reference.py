"""The page that says what a program can call."""

from accounts.api.problems import Kind
from kuploy.api import api as kuploy_api


def test_everybody_can_read_it(client, db):
    response = client.get("/api/v1/")
    assert response.status_code == 200
    assert "API reference" in response.text


def test_it_has_every_call_with_its_scope(client, db):
    page = client.get("/api/v1/").text
    for path, calls in kuploy_api.get_openapi_schema()["paths"].items():
        for method, call in calls.items():
            assert f"{method.upper()} {path.removeprefix('/api/v1')}" in page
            assert call["x-scope"] in page


def test_the_type_of_a_problem_leads_to_its_description(client, api):
    page = client.get("/api/v1/").text
    assert all(f'id="{kind.slug}"' in page for kind in Kind)
    address = api.get("/nonsense").json()["type"]
    assert address.endswith("/api/v1/#not-found")


def test_programs_read_the_description(client, db):
    description = client.get("/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert description["components"]["securitySchemes"]["TokenGuard"]["scheme"] == "bearer"


def test_what_is_no_call_is_a_problem_too(api):
    response = api.get("/nonsense")
    assert (response.status_code, response.json()["status"]) == (404, 404)
    wrong = api.delete("/domains")
    assert (wrong.status_code, set(wrong["Allow"].split(", "))) == (405, {"GET", "POST"})
    assert wrong["Content-Type"] == "application/problem+json"
