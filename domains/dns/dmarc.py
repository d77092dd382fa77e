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


def fresh(reports_address: str) -> str:
    """For a domain without a record: only watches. No reports where nobody reads them."""
    return "v=DMARC1; p=none" + (f"; rua=mailto:{reports_address}" if reports_address else "")


async def check(wanted: Wanted, lookups: Lookups) -> Finding:
    """The domain's own record, or else that of the organization above it."""
    above, address = organizational_domain(wanted.name), wanted.reports_address
    if above == wanted.name:
        return judge(address, await _find(wanted.name, lookups))
    own, inherited = await asyncio.gather(_find(wanted.name, lookups), _find(above, lookups))
    return judge(address, own, inherited)


async def _find(domain: str, lookups: Lookups) -> Answer:
    return await lookups.find(domain, RdataType.TXT, "_dmarc")


def judge(reports_address: str, own: Answer, inherited: Answer | None = None) -> Finding:
    finding = _judge_one(own, reports_address)
    if finding.state is not State.MISSING or inherited is None:
        return finding
    from_above = _judge_one(inherited, "")
    if from_above.state is not State.OK:
        return finding
    better = _for_itself(inherited, reports_address)
    return replace(
        from_above,
        advice=better,
        sentence=_("The record of %(name)s counts for this domain too. %(sentence)s")
        % {"name": inherited.name, "sentence": from_above.sentence}
        + _why(better),
    )


def _why(better: str) -> str:
    return " " + _("With our address in it, this panel shows who sends as you.") if better else ""


def _judge_one(answer: Answer, reports_address: str) -> Finding:
    wanted = fresh(reports_address)
    if not answer.found:
        return unanswered(Kind.DMARC, answer, wanted)
    texts = answer.texts()
    records = [text for text in texts if tags.looks_like("DMARC1", text)]
    state, sentence = _verdict(answer, records)
    if state is State.OK:
        wanted = with_reports(tags.parse(records[0]), reports_address)
        sentence += _why(wanted)
    return Finding(
        kind=Kind.DMARC,
        state=state,
        sentence=sentence,
        advice=wanted,
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


def _for_itself(inherited: Answer, reports_address: str) -> str:
    """The record above as one of the domain's own that names us; nothing where that names us."""
    (record,) = (text for text in inherited.texts() if tags.looks_like("DMARC1", text))
    found = tags.parse(record)
    found["p"] = found.pop("sp", found["p"])
    return with_reports(found, reports_address)


def with_reports(found: dict[str, str], reports_address: str) -> str:
    """The record with our address beside theirs; nothing where it is there, or none is wanted."""
    theirs = [each.strip() for each in found.get("rua", "").split(",") if each.strip()]
    ours = f"mailto:{reports_address}"
    if not reports_address or ours.lower() in (_without_size(each) for each in theirs):
        return ""
    return written({**found, "rua": ",".join([*theirs, ours])})


def _without_size(uri: str) -> str:
    return uri.partition("!")[0].lower()


def written(found: dict[str, str]) -> str:
    """A record of these tags; empty where it could not be shown as it is."""
    record = "; ".join(f"{name}={value}" for name, value in found.items())
    return record if record.isascii() and record.isprintable() else ""
