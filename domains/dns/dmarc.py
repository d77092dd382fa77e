"""DMARC: is there a policy that receivers can read (RFC 7489)?"""

import asyncio
import re
from dataclasses import replace

from django.utils.translation import gettext as _
from dns.rdatatype import RdataType

from . import tags
from .answers import Answer, unanswered
from .findings import Finding, Kind, State, Wanted, plain, shown
from .resolver import Lookups
from .suffixes import organizational_domain

# Only watches, and sends no reports into a mailbox that nobody empties.
RECORD = "v=DMARC1; p=none"
POLICIES = ("none", "quarantine", "reject")
REPORT_URI = re.compile(r"mailto:[^\s@,!]+@[^\s@,!]+(![0-9]+[kmgt]?)?|https?://\S+", re.I)
RULES = {
    "sp": re.compile("none|quarantine|reject", re.I),
    "pct": re.compile("[0-9]{1,2}|100"),
    "adkim": re.compile("[rs]", re.I),
    "aspf": re.compile("[rs]", re.I),
    "fo": re.compile("[01ds](:[01ds])*", re.I),
    "ri": re.compile("[0-9]+"),
}


async def check(wanted: Wanted, lookups: Lookups) -> Finding:
    """The domain's own record, or else that of the organization above it."""
    above = organizational_domain(wanted.name)
    if above == wanted.name:
        return judge(await _find(wanted.name, lookups))
    own, inherited = await asyncio.gather(_find(wanted.name, lookups), _find(above, lookups))
    return judge(own, inherited)


async def _find(domain: str, lookups: Lookups) -> Answer:
    return await lookups.find(domain, RdataType.TXT, "_dmarc")


def judge(own: Answer, inherited: Answer | None = None) -> Finding:
    finding = _judge_one(own)
    if finding.state is not State.MISSING or inherited is None:
        return finding
    from_above = _judge_one(inherited)
    if from_above.state is not State.OK:
        return finding
    return replace(
        from_above,
        sentence=_("The record of %(name)s counts for this domain too. %(sentence)s")
        % {"name": inherited.name, "sentence": from_above.sentence},
    )


def _judge_one(answer: Answer) -> Finding:
    if not answer.found:
        return unanswered(Kind.DMARC, answer, RECORD)
    texts = answer.texts()
    records = [text for text in texts if tags.looks_like("DMARC1", text)]
    state, sentence = _verdict(answer, records)
    return Finding(
        kind=Kind.DMARC,
        state=state,
        sentence=sentence,
        advice="" if state is State.OK else RECORD,
        found=shown(records or texts),
        source=answer.source,
    )


def _verdict(answer: Answer, records: list[bytes]) -> tuple[State, str]:
    if not records:
        return State.MISSING, _(
            "There is a TXT record at %(name)s, but none that begins with v=DMARC1."
        ) % {"name": answer.name}
    if len(records) > 1:
        return State.WRONG, _(
            "There are %(count)s DMARC records, so that receivers ignore them all. Keep one."
        ) % {"count": len(records)}
    try:
        found = tags.parse(records[0])
    except tags.MalformedError as error:
        return State.WRONG, _("The DMARC record cannot be read: “%(part)s” is no tag.") % {
            "part": plain(str(error), 80)
        }
    wrong = _fault(found)
    return (State.WRONG, wrong) if wrong else (State.OK, _praise(found))


def _fault(found: dict[str, str]) -> str:
    if found.get("p", "").lower() not in POLICIES:
        return _("The DMARC record needs a policy: p=none, p=quarantine or p=reject.")
    for name, rule in RULES.items():
        if name in found and not rule.fullmatch(found[name]):
            return _("The DMARC record says %(tag)s=%(value)s, which is not a valid value.") % {
                "tag": name,
                "value": plain(found[name], 80),
            }
    for name in ("rua", "ruf"):
        for uri in filter(None, map(str.strip, found.get(name, "").split(","))):
            if not REPORT_URI.fullmatch(uri):
                return _(
                    "The DMARC record sends reports to “%(uri)s” (%(tag)s=), which is not an "
                    "address like mailto:reports@example.com."
                ) % {"uri": plain(uri, 80), "tag": name}
    return ""


def _praise(found: dict[str, str]) -> str:
    policy = found["p"].lower()
    if policy == "none":
        return _(
            "The policy p=none only watches: forged mail is still delivered. Once SPF and DKIM "
            "are right, p=quarantine protects you better."
        )
    if found.get("pct", "100") != "100":
        return _("The policy p=%(policy)s applies to %(share)s%% of forged mail.") % {
            "policy": policy,
            "share": found["pct"],
        }
    return _("The policy p=%(policy)s applies to forged mail.") % {"policy": policy}
