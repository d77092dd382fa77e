"""CAA: may certificates be made for our names below the domain (RFC 8659)?"""

import asyncio
from collections.abc import Sequence

from django.utils.translation import gettext as _
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.CAA import CAA

from . import pointers
from .answers import Answer, Outcome, explain
from .findings import Finding, Kind, State, Wanted, plain, shown
from .resolver import Lookups

CRITICAL = 0x80
KNOWN = {"issue", "issuewild", "issuemail", "issuevmc", "iodef", "contactemail", "contactphone"}
# They let an authority issue to some account only, or after some proof only (RFC 8657).
CONDITIONS = ("accounturi", "validationmethods")


def value(issuer: str) -> str:
    return f'0 issue "{issuer}"'


async def check(wanted: Wanted, lookups: Lookups) -> Finding:
    answers = await asyncio.gather(*(_own(label, wanted, lookups) for label in pointers.LABELS))
    if not all(answer.found for answer in answers):
        answers.append(await _above(wanted.name, lookups))
    return judge(wanted.services.caa_issuer, answers)


async def _own(label: str, wanted: Wanted, lookups: Lookups) -> Answer:
    """Of LABEL.DOMAIN itself; through an alias its target has a say, but no name above that."""
    answer = await lookups.find(wanted.name, RdataType.CAA, label)
    if answer.outcome is Outcome.NO_NAME and not answer.aliases:
        # Published as we ask for, it will be an alias of the panel.
        return await lookups.find_cached(wanted.services.panel, RdataType.CAA)
    return answer


async def _above(domain: str, lookups: Lookups) -> Answer:
    """Of the domain, or else of the closest name above it that has any."""
    closest = answer = await lookups.find(domain, RdataType.CAA)
    while not _is_final(answer) and "." in domain:
        domain = domain.partition(".")[2]
        answer = await lookups.find_cached(domain, RdataType.CAA)
    return answer if _is_final(answer) else closest


def _is_final(answer: Answer) -> bool:
    return answer.found or answer.state is State.UNREACHABLE


def judge(issuer: str, answers: Sequence[Answer]) -> Finding:
    """Right unless some set of records is there and says no; none at all says nothing."""
    unclear = [answer for answer in answers if answer.state is State.UNREACHABLE]
    sets = [answer for answer in answers if answer.found]
    for answer in sets:
        if tag := _unknown(answer):
            return _finding(State.WRONG, _forbids(answer, tag), answer)
        if wrong := _fault(issuer, answer):
            return _finding(State.WRONG, wrong, answer, f"{_owner(answer)}. CAA {value(issuer)}")
    if unclear:
        return Finding(Kind.CAA, State.UNREACHABLE, explain(unclear[0]))
    if not sets:
        sentence = _("No CAA record stands in the way of certificates for these names.")
        return _finding(State.OK, sentence, answers[-1])
    sentence = _("The CAA records let %(issuer)s make certificates for these names.")
    return _finding(State.OK, sentence % {"issuer": issuer}, sets[-1])


def _finding(state: State, sentence: str, answer: Answer, advice: str = "") -> Finding:
    found = shown(sorted(each.to_text() for each in _records(answer)))
    return Finding(Kind.CAA, state, sentence, advice, found, answer.source)


def _owner(answer: Answer) -> str:
    return [answer.name, *answer.aliases][-1]


def _unknown(answer: Answer) -> str:
    """A tag that an authority must know, or else issue nothing; none that we know is named."""
    critical = [_tag(each) for each in _records(answer) if each.flags & CRITICAL]
    return next((tag for tag in critical if tag not in KNOWN), "")


def _forbids(answer: Answer, tag: str) -> str:
    return _(
        "The CAA records of %(name)s have the critical tag %(tag)s, which forbids certificates "
        "to all who do not know it. Remove that record."
    ) % {"name": plain(_owner(answer)), "tag": plain(tag, 80)}


def _fault(issuer: str, answer: Answer) -> str:
    words = {"name": plain(_owner(answer)), "issuer": issuer}
    issuers = [_text(each.value) for each in _records(answer) if _tag(each) == "issue"]
    if not issuers or any(_permits(each, issuer) for each in issuers):
        return ""
    if any(_domain(each) == issuer for each in issuers):
        sentence = _(
            "The CAA records of %(name)s let %(issuer)s make certificates under conditions that "
            "we may not meet. Add a record without any."
        )
    else:
        sentence = _(
            "The CAA records of %(name)s do not let %(issuer)s make certificates. Add one beside "
            "them."
        )
    return sentence % words


def _records(answer: Answer) -> list[CAA]:
    return [each for each in answer.records if isinstance(each, CAA)]


def _tag(record: CAA) -> str:
    return _text(record.tag)


def _text(raw: bytes) -> str:
    return raw.decode("latin-1").lower()


def _domain(issue: str) -> str:
    return issue.partition(";")[0].strip()


def _permits(issue: str, issuer: str) -> bool:
    parameters = issue.partition(";")[2]
    names = {each.partition("=")[0].strip() for each in parameters.split(";")}
    return _domain(issue) == issuer and not names.intersection(CONDITIONS)
