"""What the zone file says is found right: what is shown and what is judged agree."""

from django.conf import settings

from domains import recommended, records, verification
from domains.dns.check import check
from domains.dns.findings import Kind, State
from domains.models import Domain
from tests.dns.server import World


def found(world, domain):
    wanted = verification._wanted(domain, recommended.kinds())
    return world.run(lambda network: check(wanted, network))


def world_with(rows):
    world = World()
    world.zone("acme.test", {"ns.acme.test": "127.0.0.2"})
    world.records(f"{settings.PANEL_HOST} A 127.0.0.1")
    senders = " ".join(f"ip{6 if ':' in each else 4}:{each}" for each in settings.SENDING_NETWORKS)
    world.texts(settings.SPF_HOST, f"v=spf1 {senders} -all")
    for line in records.zone_file(rows).splitlines():
        name, _ttl, _class, rdtype, value = line.split(" ", 4)
        world.records(f"{name.removesuffix('.')} {rdtype} {value}")
    return world


def test_all_that_the_zone_file_has_is_right(domain, settings):
    settings.TLS_REPORTS_ADDRESS = "tls@kuploy.test"
    Domain.objects.update(mta_sts="testing")
    domain = Domain.objects.get(pk=domain.pk)
    world = world_with(records.to_publish(domain) + recommended.to_offer(domain))
    findings = found(world, domain)
    assert findings.keys() >= recommended.kinds()
    assert {kind: each.sentence for kind, each in findings.items() if each.state != State.OK} == {}


def test_a_caa_record_that_is_offered_is_the_one_that_was_missing(domain):
    world = world_with([])
    world.records('acme.test CAA 0 issue "other.test"')
    hint = found(world, domain)[Kind.CAA]
    verification.record([(domain, {**found(world, domain), Kind.CAA: hint})])
    [row] = [each for each in recommended.to_offer(domain) if each.type == "CAA"]
    world.records(f"{row.name} CAA {row.value}")
    assert found(world, domain)[Kind.CAA].state is State.OK
