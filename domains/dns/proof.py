"""Ownership: a record that only someone who controls the domain's DNS can have made."""

import asyncio
import secrets

from django.utils.translation import gettext as _
from dns.rdatatype import RdataType

from .answers import Answer, unanswered
from .findings import Finding, Kind, State, Wanted, shown
from .resolver import Lookups

TXT_LABEL = "_kuploy-challenge"


async def check_a(wanted: Wanted, lookups: Lookups) -> Finding:
    answers = await _ask(wanted.name, RdataType.A, wanted.proof_label, lookups)
    return judge(Kind.PROOF_A, wanted.proof_ip, *answers)


async def check_txt(wanted: Wanted, lookups: Lookups) -> Finding:
    return await check_text(wanted.name, wanted.proof_text, lookups)


async def check_text(name: str, secret: str, lookups: Lookups) -> Finding:
    """Whether the TXT record below that name holds the secret."""
    answers = await _ask(name, RdataType.TXT, TXT_LABEL, lookups)
    return judge(Kind.PROOF_TXT, secret, *answers)


async def _ask(name: str, rdtype: RdataType, label: str, lookups: Lookups) -> tuple[Answer, Answer]:
    """Ask for a random name too: where a wildcard answers, a right answer proves nothing."""
    control = f"d{secrets.randbelow(10**9):09}"
    return await asyncio.gather(
        lookups.find(name, rdtype, label), lookups.find(name, rdtype, control)
    )


def judge(kind: Kind, secret: str, answer: Answer, any_name: Answer) -> Finding:
    if not answer.found:
        return unanswered(kind, answer, secret)
    found = _values(answer)
    state, sentence = _verdict(secret.encode(), answer, any_name)
    return Finding(
        kind=kind,
        state=state,
        sentence=sentence % {"name": answer.name, "wanted": secret},
        advice=secret if state is State.WRONG else "",
        found=shown(found),
        source=answer.source,
    )


def _verdict(secret: bytes, answer: Answer, any_name: Answer) -> tuple[State, str]:
    if secret not in _values(answer):
        return State.WRONG, _("%(name)s does not hold %(wanted)s yet.")
    if any_name.state is State.UNREACHABLE:
        return State.UNREACHABLE, _(
            "%(name)s holds %(wanted)s, but we could not check that this is no wildcard record."
        )
    # By one alias they end at one name, whose owner may answer each question differently.
    if secret in _values(any_name) or set(answer.aliases) & set(any_name.aliases):
        return State.WRONG, _(
            "Every name below the domain holds %(wanted)s (a wildcard record), so this proves "
            "nothing. Prove the domain with the TXT record or a mailed code, or remove the "
            "wildcard."
        )
    return State.OK, _("%(name)s holds %(wanted)s.")


def _values(answer: Answer) -> list[bytes]:
    if answer.rdtype == RdataType.TXT:
        return answer.texts()
    return sorted(each.to_text().encode() for each in answer.records)
