"""Which names the panel answers under, and what is there."""

import pytest
from django.conf import settings

from clients.branding.forms import HostForm
from domains.models import RecordCheck
from tests.conftest import make_domain

OURS = settings.MX_HOSTS[0]


@pytest.mark.parametrize(
    "host",
    [
        "autoconfig.acme.test", "autodiscover.acme.test", "Autoconfig.ACME.test:8443",
        f"autoconfig.{OURS}", f"autodiscover.{OURS.partition('.')[2]}",
    ],
)  # fmt: skip
def test_a_name_below_a_hosted_domain_and_below_ours_is_known(client, domain, host):
    path = "/mail/config-v1.1.xml?emailaddress=info@acme.test"
    assert client.get(path, headers={"Host": host}).status_code == 200
    assert client.get("/healthz/host", {"domain": host.partition(":")[0]}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "autoconfig.elsewhere.test", "autoconfig.", "autodiscover.test.acme.test",
        "mta-sts.elsewhere.test", f"mta-sts.{OURS.partition('.')[2]}",
    ],
)  # fmt: skip
def test_any_other_one_is_not(client, domain, host):
    path = "/mail/config-v1.1.xml?emailaddress=info@acme.test"
    assert client.get(path, headers={"Host": host}).status_code in (400, 404)
    assert client.get("/healthz/host", {"domain": host}).status_code == 404


@pytest.mark.parametrize("label", ["autoconfig", "autodiscover", "mta-sts"])
@pytest.mark.parametrize(("name", "status"), [("acme.test", 200), ("waiting.test", 404)])
def test_a_proxy_asks_with_one_look_up_whether_a_certificate_is_to_be_made(
    client, acme, domain, label, name, status, django_assert_num_queries
):
    make_domain(acme, "waiting.test", proved=False)
    with django_assert_num_queries(1):
        asked = client.get("/healthz/host", {"domain": f"{label}.{name}"})
    assert asked.status_code == status


@pytest.mark.parametrize(
    ("state", "status"), [("ok", 200), ("unreachable", 200), ("wrong", 404), ("missing", 404)]
)
@pytest.mark.parametrize(
    ("label", "kind"),
    [("autoconfig", "autoconfig"), ("autodiscover", "autodiscover"), ("mta-sts", "mta_sts_host")],
)
def test_nobody_has_certificates_ordered_for_names_that_do_not_lead_here(
    client, domain, label, kind, state, status
):
    RecordCheck.objects.create(domain=domain, kind=kind, state=state)
    host = f"{label}.acme.test"
    assert client.get("/healthz/host", {"domain": host}).status_code == status


def test_the_domain_itself_is_its_owners_web_site(client, domain):
    assert client.get("/", headers={"Host": "acme.test"}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/", "/auth/login/", "/admin/", "/mailbox/", "/acme/", "/healthz"]
)
def test_there_is_no_page_of_the_panel_under_it(client, domain, path):
    response = client.get(path, headers={"Host": "autoconfig.acme.test"})
    assert response.status_code == 404
    assert settings.BRAND not in response.text


@pytest.mark.parametrize(
    "name", ["autoconfig.harbour.test", "autodiscover.harbour.test", "mta-sts.harbour.test"]
)
def test_no_reseller_takes_such_a_name_for_its_clients(db, name):
    form = HostForm({"host": name})
    assert "is kept for mail programs" in form.errors["host"][0]
