"""The demonstration's zone of signing keys: changes count when they are signed, and only there."""

import dns.message
import dns.rcode
import dns.tsigkeyring
import dns.update
import pytest

from deploy.dns.server import Server
from deploy.dns.updates import Updates
from deploy.dns.zone import ZoneFile

SECRET, OTHER = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=", "b3RoZXItb3RoZXItb3RoZXItb3RoZXI="
KEY = dns.tsigkeyring.from_text({"panel": SECRET})
WRONG_KEY = dns.tsigkeyring.from_text({"panel": OTHER})
STRANGER = dns.tsigkeyring.from_text({"stranger": SECRET})


@pytest.fixture
def server(tmp_path):
    (tmp_path / "demo.zone").write_text("$ORIGIN a.test.\n@ SOA ns hostmaster 1 2 3 4 5\n")

    def start():
        updates = Updates(tmp_path / "keys.zone", "keys.test", "panel", SECRET)
        return Server(ZoneFile(tmp_path / "demo.zone", tmp_path / "keys.zone"), updates)

    return start


def change(server, *made, zone="keys.test", key=KEY):
    update = dns.update.UpdateMessage(zone, keyring=key)
    for name, text in made:
        update.delete(name, "TXT")
        if text:
            update.add(name, 60, "TXT", text)
    reply = server.reply(update.to_wire(), tcp=True)
    # Only who has the key is answered with a signature.
    answer = dns.message.from_wire(reply, KEY, request_mac=update.mac if key is KEY else b"")
    return dns.rcode.to_text(answer.rcode())


def texts(server, name):
    query = dns.message.make_query(name, "TXT")
    answer = dns.message.from_wire(server.reply(query.to_wire(), tcp=True))
    return [record.to_text() for rrset in answer.answer for record in rrset]


def test_a_signed_change_counts_at_once_and_is_kept(server):
    running = server()
    assert texts(running, "x.keys.test") == []
    assert change(running, ("x", '"one"'), ("y", '"two"')) == "NOERROR"
    assert texts(running, "x.keys.test") == ['"one"']
    assert texts(server(), "y.keys.test") == ['"two"']


def test_a_text_is_replaced_and_taken_away(server):
    running = server()
    change(running, ("x", '"one"'))
    change(running, ("x", '"two"'))
    assert texts(running, "x.keys.test") == ['"two"']
    change(running, ("x", ""))
    assert texts(running, "x.keys.test") == []


@pytest.mark.parametrize("key", [WRONG_KEY, STRANGER])
def test_another_key_changes_nothing(server, key):
    running = server()
    assert change(running, ("x", '"one"'), key=key) == "NOTAUTH"
    assert texts(running, "x.keys.test") == []


def test_without_a_key_nothing_is_changed(server):
    assert change(server(), ("x", '"one"'), key=None) == "REFUSED"


def test_other_zones_are_not_changed(server):
    assert change(server(), ("x", '"one"'), zone="a.test") == "NOTAUTH"
