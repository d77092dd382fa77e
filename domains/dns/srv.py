"""SRV: do programs find our servers, and learn what we do not offer (RFC 6186, RFC 8314)?"""

import asyncio
from collections.abc import Sequence

from django.utils.translation import gettext as _
from dns.rdatatype import RdataType
from dns.rdtypes.IN.SRV import SRV

from .answers import Answer, presented, unanswered
from .findings import Finding, Kind, State, Wanted, plain, shown
from .resolver import Lookups

IMAPS, SUBMISSION = "_imaps._tcp", "_submission._tcp"
# Without encryption from the start, or by a protocol that nothing here speaks.
UNOFFERED = ("_imap._tcp", "_pop3._tcp", "_pop3s._tcp", "_submissions._tcp")
NOWHERE = "."
NOTHING = f"0 0 0 {NOWHERE}"


def value(host: str, port: int) -> str:
    """What leads to that server."""
    return f"0 1 {port} {host}"


async def check_imaps(wanted: Wanted, lookups: Lookups) -> Finding:
    answer = await lookups.find(wanted.name, RdataType.SRV, IMAPS)
    return judge(Kind.IMAPS, wanted.services.imap, answer)


async def check_submission(wanted: Wanted, lookups: Lookups) -> Finding:
    answer = await lookups.find(wanted.name, RdataType.SRV, SUBMISSION)
    return judge(Kind.SUBMISSION, wanted.services.submission, answer)


async def check_unoffered(wanted: Wanted, lookups: Lookups) -> Finding:
    labels = (lookups.find(wanted.name, RdataType.SRV, label) for label in UNOFFERED)
    return judge_unoffered(await asyncio.gather(*labels))


def judge(kind: Kind, server: tuple[str, int], answer: Answer) -> Finding:
    """Right when every record leads to our server, whatever the order among them."""
    advice = value(*server)
    if not answer.found:
        return unanswered(kind, answer, advice)
    wrong = _fault(server, answer)
    words = {"host": server[0], "port": server[1]}
    praise = _("Programs find %(host)s at port %(port)s.") % words
    return Finding(
        kind=kind,
        state=State.WRONG if wrong else State.OK,
        sentence=wrong or praise,
        advice=advice if wrong else "",
        found=shown(_lines(answer)),
        source=answer.source,
    )


def _fault(server: tuple[str, int], answer: Answer) -> str:
    for host, port in _targets(answer):
        if host == NOWHERE:
            return _("%(name)s says that there is no such service. Replace the record.") % {
                "name": answer.name
            }
        if (host, port) != server:
            return _("%(name)s leads to %(host)s at port %(port)s. Lead it to %(ours)s.") % {
                "name": answer.name,
                "host": plain(host),
                "port": port,
                "ours": "{}:{}".format(*server),
            }
    return ""


def judge_unoffered(answers: Sequence[Answer]) -> Finding:
    """What is wrong comes before what could not be looked up, and that before what is missing."""
    leading = [each for each in answers if any(host != NOWHERE for host, _port in _targets(each))]
    unclear = [each for each in answers if each.state is State.UNREACHABLE]
    missing = [each for each in answers if not each.found]
    if leading:
        return _unoffered(State.WRONG, _leads(leading[0]), leading)
    if unclear:
        return unanswered(Kind.UNOFFERED, unclear[0])
    if missing:
        names = ", ".join(each.name for each in missing)
        sentence = _("Not found: %(names)s. Programs may try what is not offered.")
        return _unoffered(State.MISSING, sentence % {"names": names}, missing)
    return _unoffered(State.OK, _("No program tries what is not offered."), answers)


def _leads(answer: Answer) -> str:
    host, port = next(each for each in _targets(answer) if each[0] != NOWHERE)
    return _("%(name)s leads to %(host)s at port %(port)s, but that is not offered here.") % {
        "name": answer.name,
        "host": plain(host),
        "port": port,
    }


def _unoffered(state: State, sentence: str, answers: Sequence[Answer]) -> Finding:
    advice = "" if state is State.OK else NOTHING
    found = shown(line for answer in answers for line in _lines(answer))
    return Finding(Kind.UNOFFERED, state, sentence, advice, found, answers[0].source)


def _records(answer: Answer) -> list[SRV]:
    found = [each for each in answer.records if isinstance(each, SRV)]
    return sorted(found, key=lambda each: (each.priority, each.target, each.port))


def _targets(answer: Answer) -> list[tuple[str, int]]:
    return [(presented(each.target), each.port) for each in _records(answer)]


def _lines(answer: Answer) -> list[str]:
    return [
        f"{each.priority} {each.weight} {each.port} {presented(each.target)}"
        for each in _records(answer)
    ]
