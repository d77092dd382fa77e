"""The zone file: one file, one section per zone, each opened by $ORIGIN."""

import logging
import re
import time
from pathlib import Path

import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset
import dns.zone

logger = logging.getLogger("deploy.dns")

CHECK_SECONDS = 0.1
# dnspython sometimes names the line below the one it could not read.
PLACE = "in or above line"
ORIGIN = re.compile(r"^\$ORIGIN\s+(\S+)", re.MULTILINE)

Node = dict[dns.rdatatype.RdataType, dns.rrset.RRset]


class Records:
    """What the file says, by name."""

    def __init__(self) -> None:
        self.nodes: dict[dns.name.Name, Node] = {}

    def add(self, rrset: dns.rrset.RRset) -> None:
        self.nodes.setdefault(rrset.name, {})[rrset.rdtype] = rrset
        # The names above exist too: they have no data, which is not NXDOMAIN.
        parent = rrset.name
        while parent != dns.name.root:
            parent = parent.parent()
            self.nodes.setdefault(parent, {})

    def soa(self, name: dns.name.Name) -> dns.rrset.RRset | None:
        """The start of authority of the zone that holds the name."""
        while True:
            if found := self.nodes.get(name, {}).get(dns.rdatatype.SOA):
                return found
            if name == dns.name.root:
                return None
            name = name.parent()


def parse(text: str) -> Records:
    """Read a zone file; the error of a broken one says where to look."""
    records = Records()
    sections = list(ORIGIN.finditer(text))
    ends = [section.start() for section in sections[1:]] + [len(text)]
    for section, end in zip(sections, ends, strict=True):
        # Empty lines keep the line numbers of errors right.
        before = "\n" * text.count("\n", 0, section.start())
        body = f"{before}$TTL 60{text[section.end() : end]}"
        for rrset in _section(body, section[1]):
            records.add(rrset)
    return records


def _section(body: str, origin: str) -> list[dns.rrset.RRset]:
    zone = dns.zone.from_text(body, origin, relativize=False, check_origin=False, filename=PLACE)
    return [
        dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))
        for name, rdataset in zone.iterate_rdatasets()
    ]


class ZoneFile:
    """The records of files, read again when one changes. A broken edit keeps the last good ones.

    The first one has to be there. What is in another one comes by itself: see updates.py.
    """

    def __init__(self, path: Path, *more: Path) -> None:
        self.path, self.more = path, more
        self.records = Records()
        self.version = 0
        self._seen: list[tuple[int, int, int]] = []
        self._check_at = 0.0

    def refresh(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if now < self._check_at and not at_once:
            return
        self._check_at = now + CHECK_SECONDS
        try:
            self._read_if_changed()
        except (OSError, UnicodeDecodeError, ValueError, dns.exception.DNSException) as error:
            logger.error("%s: %s; the records before this edit stay in force", self.path, error)

    def _read_if_changed(self) -> None:
        paths = [self.path, *(path for path in self.more if path.exists())]
        found = [path.stat() for path in paths]
        seen = [(status.st_ino, status.st_mtime_ns, status.st_size) for status in found]
        if seen == self._seen:
            return
        self._seen = seen
        self.records = parse("\n".join(path.read_text() for path in paths))
        self.version += 1
        logger.info("%s: serving %d names", self.path, len(self.records.nodes))
