"""A zone that takes signed changes (RFC 2136, RFC 8945) and keeps them in a file of its own."""

from pathlib import Path

import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsigkeyring
import dns.update

from deploy.dns.zone import Records, parse
from deploy.templates import replace_file

EMPTY = """\
$ORIGIN {apex}
{apex} 60 IN SOA ns.kuploy.test. hostmaster.kuploy.test. 1 3600 600 86400 60
{apex} 60 IN NS ns.kuploy.test.
"""


class Updates:
    """The changes of one zone, for whoever has its key."""

    def __init__(self, path: Path, apex: str, key_name: str, secret: str) -> None:
        self.path, self.apex = path, dns.name.from_text(apex)
        self.keyring = dns.tsigkeyring.from_text({key_name: secret})
        if not path.exists():
            replace_file(path, EMPTY.format(apex=self.apex))

    def apply(self, update: dns.update.UpdateMessage) -> dns.rcode.Rcode:
        """Make all of its changes, or none of them."""
        if not update.had_tsig:
            return dns.rcode.REFUSED
        one_of_many = any(each.deleting == dns.rdataclass.NONE for each in update.update)
        if update.prerequisite or one_of_many:
            return dns.rcode.NOTIMP
        if update.zone[0].name != self.apex:
            return dns.rcode.NOTAUTH
        if not all(change.name.is_subdomain(self.apex) for change in update.update):
            return dns.rcode.NOTZONE
        records = parse(self.path.read_text())
        for change in update.update:
            _make(records, change)
        self._write(records)
        return dns.rcode.NOERROR

    def _write(self, records: Records) -> None:
        soa = records.nodes[self.apex][dns.rdatatype.SOA]
        records.add(_with_next_serial(soa))
        lines = [
            rrset.to_text()
            for _name, node in sorted(records.nodes.items())
            for rrset in node.values()
        ]
        replace_file(self.path, "\n".join([f"$ORIGIN {self.apex}", *lines, ""]))


def _make(records: Records, change: dns.rrset.RRset) -> None:
    """Add to what a name has of a type, or take all of that away."""
    there = records.nodes.get(change.name, {}).pop(change.rdtype, None)
    if change.deleting is None:
        if there:
            change.update(there)
        records.add(change)


def _with_next_serial(soa: dns.rrset.RRset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata(soa.name, soa.ttl, soa[0].replace(serial=soa[0].serial + 1))
