"""The demonstration's DNS server: its answers, and its zone file under a person's hands."""

import logging

import dns.message
import dns.query
import dns.rcode
import pytest

from deploy.dns import zone
from deploy.dns.server import Server
from deploy.dns.zone import ZoneFile
from tests.mailservers.clients import STACK

ZONE = """\
$ORIGIN acme.test.
@    SOA  ns hostmaster 1 3600 600 86400 60
@    NS   ns
ns   A    127.0.0.1
@    MX   10 mx1.kuploy.test.
www  CNAME web.kuploy.test.
_dmarc TXT "v=DMARC1; p=none"
deep.below A 192.0.2.1
*.many.below TXT "any"
here.many.below A 192.0.2.2
loop CNAME loop
$ORIGIN kuploy.test.
@    SOA  ns.acme.test. hostmaster 1 3600 600 86400 60
web  A    192.0.2.80
many TXT  {many}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "demo.zone"
    many = '"' + '" "'.join("x" * 200 for _ in range(10)) + '"'
    path.write_text(ZONE.format(many=many))
    return path


@pytest.fixture
def ask(file, monkeypatch):
    monkeypatch.setattr(zone, "CHECK_SECONDS", 0)
    server = Server(ZoneFile(file))

    def ask(name, kind, *, tcp=False, edns=False):
        query = dns.message.make_query(name, kind, use_edns=edns)
        return dns.message.from_wire(server.reply(query.to_wire(), tcp=tcp))

    return ask


def texts(answer):
    return [record.to_text().lower() for rrset in answer.answer for record in rrset]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("acme.test", "MX", ["10 mx1.kuploy.test."]),
        ("ACME.test", "NS", ["ns.acme.test."]),
        ("_dmarc.acme.test", "TXT", ['"v=dmarc1; p=none"']),
        ("www.acme.test", "A", ["web.kuploy.test.", "192.0.2.80"]),
        ("www.acme.test", "CNAME", ["web.kuploy.test."]),
    ],
)
def test_it_answers_from_the_file(ask, name, kind, expected):
    answer = ask(name, kind)
    assert texts(answer) == expected
    assert answer.flags & dns.flags.AA
    assert answer.flags & dns.flags.RA


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("acme.test", dns.rcode.NOERROR),
        ("below.acme.test", dns.rcode.NOERROR),  # exists, because a name below it does
        ("nowhere.acme.test", dns.rcode.NXDOMAIN),
        ("elsewhere.example", dns.rcode.NXDOMAIN),
    ],
)
def test_no_data_is_not_no_such_name(ask, name, code):
    answer = ask(name, "AAAA")
    assert answer.rcode() == code
    assert answer.answer == []
    assert len(answer.authority) == (0 if name == "elsewhere.example" else 1)


def test_a_wildcard_answers_for_names_that_are_not_there(ask):
    (record,) = ask("x.y.many.below.acme.test", "TXT").answer
    assert str(record.name) == "x.y.many.below.acme.test."
    assert texts(ask("here.many.below.acme.test", "TXT")) == []
    assert texts(ask("x.here.many.below.acme.test", "TXT")) == []
    assert texts(ask("x.below.acme.test", "TXT")) == []


def test_an_alias_of_itself_ends(ask):
    assert ask("loop.acme.test", "A").answer


@pytest.mark.parametrize("edns", [False, True])
def test_a_long_answer_is_cut_short_and_whole_over_tcp(ask, edns):
    short = ask("many.kuploy.test", "TXT", edns=edns)
    assert short.flags & dns.flags.TC
    assert short.edns == (0 if edns else -1)
    assert len(texts(ask("many.kuploy.test", "TXT", tcp=True))[0]) > 2000


def test_an_edit_counts_at_once(ask, file):
    assert texts(ask("new.kuploy.test", "A")) == []
    file.write_text(f"{file.read_text()}new A 192.0.2.9\n")
    assert texts(ask("new.kuploy.test", "A")) == ["192.0.2.9"]


def test_a_broken_edit_keeps_the_last_good_records(ask, file, caplog):
    ask("acme.test", "MX")
    lines = file.read_text().count("\n")
    file.write_text(f"{file.read_text()}new A not-an-address\n")
    assert texts(ask("acme.test", "MX")) == ["10 mx1.kuploy.test."]
    ask("acme.test", "MX")
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert f"in or above line:{lines + 2}: Text input is malformed" in record.getMessage()


def test_a_missing_file_keeps_them_too(ask, file):
    ask("acme.test", "MX")
    file.unlink()
    assert texts(ask("acme.test", "MX")) == ["10 mx1.kuploy.test."]


def test_garbage_gets_no_answer(file):
    server = Server(ZoneFile(file))
    assert server.reply(b"", tcp=False) is None
    assert server.reply(b"\x00" * 11, tcp=False) is None


def test_the_running_server_answers_over_udp_and_tcp():
    query = dns.message.make_query("kuploy.test", "SOA")
    for transport in (dns.query.udp, dns.query.tcp):
        assert transport(query, "127.0.0.1", port=STACK.ports["dns"], timeout=5).answer
