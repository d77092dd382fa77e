import pytest

from notifications.models import Alert, Channel
from notifications.services import raise_alert

URL = "https://hooks.example.com/in"
NEW = {"url": URL, "kinds": ["dns_broken", "quota_100"]}


@pytest.fixture
def made(api):
    return api.post("/webhooks", NEW, Idempotency_Key="one")


@pytest.fixture
def path(made):
    return f"/webhooks/{made.json()['id']}"


@pytest.fixture
def alert(acme, made):
    raise_alert(
        account=acme, kind=Alert.Kind.DNS_BROKEN, facts={"domain": "acme.test", "records": "SPF"},
        dedup_key="x",
    )  # fmt: skip


def test_a_webhook_comes_with_its_secret_once(api, made, path):
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    shown = api.get(path).json()
    assert "secret" not in shown
    assert (shown["url"], sorted(shown["kinds"])) == (URL, ["dns_broken", "quota_100"])


def test_the_secret_comes_again_to_who_repeats_the_call(api, made):
    again = api.post("/webhooks", NEW, Idempotency_Key="one")
    assert again.json() == made.json()
    assert Channel.objects.filter(transport="webhook").count() == 1


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"url": "http://127.0.0.1/"}, "#/url"),
        ({"kinds": ["nonsense"]}, "#/kinds"),
        ({"kinds": []}, "#/kinds"),
    ],
)
def test_what_is_wrong_is_said_for_each_field(api, settings, sent, pointer):
    settings.INSECURE_RECEIVERS = False
    problem = api.post("/webhooks", {**NEW, **sent}).json()
    assert [each["pointer"] for each in problem["errors"]] == [pointer]


def test_without_the_feature_none_is_added(api, plan):
    plan.webhooks = False
    plan.save()
    assert "Webhooks are not part of your plan" in api.post("/webhooks", NEW).json()["detail"]


def test_a_webhook_is_changed_and_removed(api, path):
    changed = api.put(path, {"url": f"{URL}2", "kinds": ["quota_95"]}).json()
    assert (changed["url"], changed["kinds"]) == (f"{URL}2", ["quota_95"])
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_secret_is_renewed(api, made, path):
    renewed = api.post(f"{path}/secrets").json()
    assert renewed["secret"] != made.json()["secret"]
    assert renewed["previous_until"]


def test_a_stopped_webhook_is_resumed(api, path):
    assert api.post(f"{path}/resume").json()["detail"] == "It is active."
    Channel.objects.filter(transport="webhook").update(state="paused")
    assert api.post(f"{path}/resume").json()["state"] == "active"


def test_a_test_leads_to_its_delivery(api, path):
    response = api.post(f"{path}/tests")
    assert response.status_code == 202
    delivery = api.get(response["Location"].removeprefix("/api/v1")).json()
    assert (delivery["kind"], delivery["state"]) == ("test", "waiting")


def test_deliveries_are_found(api, alert, path):
    (delivery,) = api.get("/deliveries?state=waiting").json()
    assert delivery["kind"] == "dns_broken"
    assert api.get("/deliveries?state=failed").json() == []
    hook = path.removeprefix("/webhooks/")
    assert len(api.get(f"/deliveries?webhook={hook}").json()) == 1
    again = api.post(f"/deliveries/{delivery['id']}/again")
    assert again.status_code == 202


def test_alerts_say_what_happened(api, alert):
    (found,) = api.get("/alerts").json()
    assert (found["kind"], found["facts"]["domain"]) == ("dns_broken", "acme.test")
    assert "acme.test" in found["title"]
    (delivery,) = api.get("/deliveries").json()
    assert delivery["alert_id"] == found["id"]


def test_a_token_sees_nobodys_own_channels(api, acme, alice):
    """Where people themselves are told is theirs, also where they made the token."""
    Channel.objects.create(
        account=acme, membership=acme.memberships.get(user=alice), transport="email",
        address="private@example.com",
    )  # fmt: skip
    assert api.get("/webhooks").json() == []
    assert "private@example.com" not in api.get("/deliveries").text
