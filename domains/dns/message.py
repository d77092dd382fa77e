"""Questions and answers as bytes, as far as this package needs them.

dns.message would build every section into objects. In a sweep that is most of the work, so only
the records asked for are read here, each still by dnspython.
"""

import struct
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rdataclass import IN
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.CNAME import CNAME

HEADER = struct.Struct("!6H")
TYPE_AND_CLASS = struct.Struct("!HH")
RECORD = struct.Struct("!HHIH")
EDNS = b"\0" + RECORD.pack(RdataType.OPT, 1232, 0, 0)
TO_QUESTION = b"\xc0\x0c"  # the compressed form of the name that was asked
RCODE = 0x0F
# Reading costs time per record, and 64 KB can hold thousands of them.
MAX_RECORDS = 500


class TooManyRecordsError(Exception):
    """More than any honest name needs."""


class UnreadableError(Exception):
    """These bytes are no DNS message."""


@dataclass(frozen=True, slots=True)
class Message:
    rcode: int
    authoritative: bool
    answers: tuple[tuple[dns.name.Name, dns.rdata.Rdata], ...] = ()
    denied_by: dns.name.Name | None = None  # owner of the SOA record of a negative answer

    def records(self, name: dns.name.Name, rdtype: RdataType) -> tuple[dns.rdata.Rdata, ...]:
        return tuple(
            record
            for owner, record in self.answers
            if record.rdtype == rdtype and (owner is name or owner == name)
        )

    def alias(self, name: dns.name.Name) -> dns.name.Name | None:
        found = self.records(name, RdataType.CNAME)
        return found[0].target if found and isinstance(found[0], CNAME) else None


def question(name: dns.name.Name, rdtype: RdataType) -> bytes:
    return name.to_digestable() + TYPE_AND_CLASS.pack(rdtype, IN)


def query(number: int, recursion: bool, asked: bytes) -> bytes:
    flags = dns.flags.RD if recursion else 0
    return HEADER.pack(number, flags, 1, 0, 0, 1) + asked + EDNS


def is_truncated(wire: bytes) -> bool:
    return bool(int.from_bytes(wire[2:4]) & dns.flags.TC)


def responds(wire: bytes, asked: bytes) -> bool:
    """Whether this is a response to our question. A failure may leave the question out."""
    if len(wire) < HEADER.size or not wire[2] & 0x80:
        return False
    echo = wire[HEADER.size : HEADER.size + len(asked)].lower()
    return (wire[4:6] == b"\0\1" and echo == asked.lower()) or (
        wire[4:6] == b"\0\0" and wire[3] & RCODE != dns.rcode.NOERROR
    )


def read(wire: bytes, asked: bytes, name: dns.name.Name, rdtype: RdataType) -> Message:
    """The answer to this question. UnreadableError or TooManyRecordsError if it makes no sense."""
    _, flags, questions, answers, authorities, additional = HEADER.unpack_from(wire)
    rcode, authoritative = flags & RCODE, bool(flags & dns.flags.AA)
    if not questions or rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Message(rcode, authoritative)
    if answers + authorities + additional > MAX_RECORDS:
        raise TooManyRecordsError
    reader = _Reader(wire, HEADER.size + len(asked), name)
    try:
        found = reader.section(answers, (rdtype, RdataType.CNAME))
        denials = [] if found else reader.section(authorities, (RdataType.SOA,))
    except (dns.exception.DNSException, struct.error) as error:
        raise UnreadableError from error
    return Message(rcode, authoritative, tuple(found), denials[0][0] if denials else None)


@dataclass(slots=True)
class _Reader:
    wire: bytes
    at: int
    name: dns.name.Name

    def section(
        self, count: int, rdtypes: tuple[RdataType, ...]
    ) -> list[tuple[dns.name.Name, dns.rdata.Rdata]]:
        """The next so many records, those of other types left out."""
        found = []
        for _ in range(count):
            owner = self._owner()
            rdtype, rdclass, _ttl, length = RECORD.unpack_from(self.wire, self.at)
            self.at += RECORD.size
            if rdclass == IN and rdtype in rdtypes:
                record = dns.rdata.from_wire(IN, rdtype, self.wire, self.at, length)
                found.append((owner, record))
            self.at += length
        return found

    def _owner(self) -> dns.name.Name:
        if self.wire.startswith(TO_QUESTION, self.at):
            self.at += len(TO_QUESTION)
            return self.name
        owner, length = dns.name.from_wire(self.wire, self.at)
        self.at += length
        return owner
