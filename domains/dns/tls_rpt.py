"""TLS-RPT: where do servers report that they could not deliver encrypted (RFC 8460)?"""

import re

from django.utils.translation import gettext as _
from dns.rdatatype import RdataType

from .findings import Finding, Kind, State, Wanted, plain
from .resolver import Lookups
from .versioned import Statement, Verdict

LABEL = "_smtp._tls"
RECORD = Statement(Kind.TLS_RPT, "TLS-RPT", "TLSRPTv1")
PLACE = re.compile(r"mailto:[^\s@,!;]+@[^\s@,!;]+|https://[^\s,!;]+", re.I)


def value(address: str) -> str:
    return f"v=TLSRPTv1; rua=mailto:{address}"


async def check(wanted: Wanted, lookups: Lookups) -> Finding:
    """Right also where the reports go elsewhere: whoever reads them has chosen so."""
    answer = await lookups.find(wanted.name, RdataType.TXT, LABEL)
    return RECORD.judge(answer, value(wanted.services.tls_reports), _verdict)


def _verdict(found: dict[str, str]) -> Verdict:
    places = [each.strip() for each in found.get("rua", "").split(",")]
    for place in places:
        if not PLACE.fullmatch(place):
            return State.WRONG, _(
                "The TLS-RPT record sends reports to “%(place)s” (rua=), which is not an address "
                "like mailto:reports@example.com."
            ) % {"place": plain(place, 80)}
    return State.OK, _("Reports go to %(places)s.") % {"places": plain(", ".join(places), 200)}
