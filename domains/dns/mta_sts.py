"""MTA-STS: do other servers find the policy, and notice when it changes (RFC 8461)?"""

from functools import partial

from django.utils.translation import gettext as _
from dns.rdatatype import RdataType

from .findings import Finding, Kind, State, Wanted
from .resolver import Lookups
from .versioned import Statement, Verdict

LABEL = "_mta-sts"
RECORD = Statement(Kind.MTA_STS, "MTA-STS", "STSv1")


def value(policy_id: str) -> str:
    return f"v=STSv1; id={policy_id};"


async def check(wanted: Wanted, lookups: Lookups) -> Finding:
    answer = await lookups.find(wanted.name, RdataType.TXT, LABEL)
    policy_id = wanted.services.mta_sts_id
    return RECORD.judge(answer, value(policy_id), partial(_verdict, policy_id))


def _verdict(policy_id: str, found: dict[str, str]) -> Verdict:
    if found.get("id") == policy_id:
        return State.OK, _("Other servers find the policy, and notice when it changes.")
    return State.WRONG, _(
        "The id is not that of the policy as it is now, so servers that know another one go on "
        "with that."
    )
