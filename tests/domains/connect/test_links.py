"""The link to a DNS provider, read as the provider does: with our template and public key."""

import base64
import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings as configured
from django.core.management import call_command

from domains import cnames, records
from domains.connect import links
from domains.connect.template import groups_of, template
from domains.models import DnsProvider
from tests.domains.connect.conftest import new_key

BACK = "https://panel.kuploy.test/acme/domains/x/connect/?a=b c"
RESERVED = {"domain", "host", "key", "sig", "state", "crit", "scope", "redirect_uri", "groupId"}


@pytest.fixture
def provider(domain):
    return DnsProvider(domain=domain, url="https://dns.example/sync", zone=domain.name)


def asked(provider, groups=()):
    domain = provider.domain
    groups = groups or groups_of(records.for_proof(domain) + records.to_publish(domain))
    link = links.link_to(provider, groups, BACK)
    return link, dict(parse_qsl(urlsplit(link).query, strict_parsing=True))


def published(capsys):
    """What the operator puts into the DNS, joined as the draft says."""
    call_command("domain_connect", "key")
    name, texts = "", {}
    for line in capsys.readouterr().out.splitlines():
        name, _rest, text = line.split(" ")[0], *line.split(' "')
        pairs = dict(pair.split("=", 1) for pair in text.rstrip('"').split(","))
        assert len(text) <= 256
        texts[int(pairs["p"])] = pairs["d"]
    return name, load_der_public_key(base64.b64decode("".join(texts[n] for n in sorted(texts))))


def rendered(asked):
    """What a provider makes of the template and the link."""
    groups = asked["groupId"].split(",")
    made = {}
    for record in template()["records"]:
        if record["groupId"] in groups:
            text = json.dumps(record)
            for name, value in asked.items():
                text = text.replace(f"%{name}%", value)
            assert "%" not in text
            record = json.loads(text)
            value = record.get("data") or record.get("pointsTo") or record["spfRules"]
            made.setdefault((record["type"], record["host"]), []).append(value)
    return made


def test_the_signature_is_verified_with_the_published_key(provider, capsys):
    link, wanted = asked(provider)
    name, key = published(capsys)
    assert name == f"{wanted['key']}.panel.kuploy.test."
    signed = urlsplit(link).query.partition("&sig=")[0]
    signature = base64.b64decode(wanted["sig"])
    key.verify(signature, signed.encode(), PKCS1v15(), SHA256())
    assert signed.split("&") == sorted(signed.split("&"))
    with pytest.raises(InvalidSignature):
        key.verify(signature, signed.replace("acme", "evil").encode(), PKCS1v15(), SHA256())


def test_the_link_leads_to_the_providers_page_for_our_template(provider):
    link, wanted = asked(provider)
    path = "/sync/v2/domainTemplates/providers/panel.kuploy.test/services/mail/apply"
    assert link.startswith(f"https://dns.example{path}?")
    assert wanted["redirect_uri"] == BACK
    assert wanted["domain"] == "acme.test"
    assert "host" not in wanted


def test_a_name_inside_a_zone_is_named_as_such(provider):
    provider.zone = "test"
    assert {name: asked(provider)[1][name] for name in ("domain", "host")} == {
        "domain": "test", "host": "acme",
    }  # fmt: skip


def test_the_template_makes_the_records_of_the_page(provider):
    domain = provider.domain
    made = rendered(asked(provider)[1])
    for row in records.to_publish(domain):
        if row.type == "MX":
            assert row.value in made["MX", "@"]
        elif row.host == "@":
            assert made["SPFM", "@"] == [f"include:{configured.SPF_HOST}"]
        else:
            assert made[row.type, row.host] == [row.value]
    (proof,) = [row for row in records.for_proof(domain) if row.type == "TXT"]
    assert made["TXT", proof.host] == [proof.value]


def test_the_template_makes_both_cnames(provider, actor):
    domain = provider.domain
    cnames.choose(domain=domain, actor=actor)
    made = rendered(asked(provider)[1])
    wanted = [row for row in records.to_publish(domain) if row.type == "CNAME"]
    assert len(wanted) == 2
    assert all(made["CNAME", row.host] == [row.value] for row in wanted)


def test_without_a_zone_of_keys_the_template_has_no_cnames(settings):
    settings.DKIM_ZONE = ""
    assert "CNAME" not in {record["type"] for record in template()["records"]}


def test_no_variable_has_a_name_that_the_draft_uses(provider):
    _link, wanted = asked(provider, ["mx", "spf", "dkim", "cnames", "dmarc", "proof"])
    variables = wanted.keys() - RESERVED
    assert variables == {"proof", "dkimselector", "dkimkey", "dkimlabel"}


def test_the_command_prints_the_template(capsys):
    call_command("domain_connect", "template")
    said = json.loads(capsys.readouterr().out)
    assert said == template()
    assert (said["providerId"], said["serviceId"]) == ("panel.kuploy.test", "mail")
    assert said["syncPubKeyDomain"] == "panel.kuploy.test"


def test_another_key_has_another_name(settings):
    before = links.key_label()
    settings.DOMAIN_CONNECT_KEY = new_key()
    assert links.key_label() != before
