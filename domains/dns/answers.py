"""One look-up's answer, and the plain sentence for each way it can go wrong."""

from dataclasses import dataclass
from enum import StrEnum

import dns.name
import dns.rdata
import dns.rdatatype
from django.utils.translation import gettext_lazy as _
from dns.rdtypes.txtbase import TXTBase

from .findings import Finding, Kind, State, plain


class Outcome(StrEnum):
    FOUND = "found"
    NO_RECORD = "no record"  # the name exists, without this type
    NO_NAME = "no name"
    NO_DOMAIN = "no domain"  # not even the domain exists
    LOOP = "loop"
    LONG_CHAIN = "long chain"
    TOO_MANY = "too many"
    BAD_NAME = "bad name"
    # From here on: could not check.
    TIMEOUT = "timeout"
    NO_ROUTE = "no route"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    LAME = "lame"
    UNREADABLE = "unreadable"


MISSING = {Outcome.NO_RECORD, Outcome.NO_NAME, Outcome.NO_DOMAIN}
FAULTY = {Outcome.LOOP, Outcome.LONG_CHAIN, Outcome.TOO_MANY, Outcome.BAD_NAME}


@dataclass(frozen=True, slots=True)
class Answer:
    """What `name` has of one type; `aliases` are the names its CNAME records led to."""

    name: str
    outcome: Outcome
    rdtype: dns.rdatatype.RdataType
    records: tuple[dns.rdata.Rdata, ...] = ()
    aliases: tuple[str, ...] = ()
    source: str = ""
    zone: dns.name.Name | None = None  # the apex, where it is known

    @property
    def found(self) -> bool:
        return self.outcome is Outcome.FOUND

    @property
    def state(self) -> State:
        if self.found:
            return State.OK
        if self.outcome in MISSING:
            return State.MISSING
        return State.WRONG if self.outcome in FAULTY else State.UNREACHABLE

    def texts(self) -> list[bytes]:
        """TXT records with their strings joined; sorted, for servers turn them around."""
        return sorted(b"".join(r.strings) for r in self.records if isinstance(r, TXTBase))


def presented(name: dns.name.Name) -> str:
    """A name as people write it: lower case, no dot at the end (the root is a dot)."""
    return name.to_text(omit_final_dot=True).lower()


def unanswered(kind: Kind, answer: Answer, advice: str = "") -> Finding:
    """The finding for a look-up that brought no record."""
    return Finding(
        kind=kind,
        state=answer.state,
        sentence=explain(answer),
        advice="" if answer.state is State.UNREACHABLE else advice,
        found=tuple(plain(alias) for alias in answer.aliases[:1]),
        source=answer.source,
        gone=answer.outcome is Outcome.NO_DOMAIN,
    )


def explain(answer: Answer) -> str:
    """Why this look-up brought no record, in one sentence."""
    aliased = ALIASED.get(answer.outcome) if answer.aliases else None
    names = (answer.name, *answer.aliases)
    words = {
        "name": plain(answer.name),
        "zone": plain(presented(answer.zone) if answer.zone else answer.name),
        "type": answer.rdtype.name,
        "target": plain(names[-1]),
        "chain": " → ".join(plain(name, 80) for name in names),
    }
    return str(aliased or SENTENCES[answer.outcome]) % words


ALIASED = {
    Outcome.NO_NAME: _("%(name)s is an alias (CNAME) of %(target)s, and that does not exist."),
    Outcome.NO_RECORD: _(
        "%(name)s is an alias (CNAME) of %(target)s, which has no %(type)s record."
    ),
}
SENTENCES = {
    Outcome.NO_RECORD: _("The name %(name)s exists, but has no %(type)s record."),
    Outcome.NO_NAME: _("The name %(name)s does not exist, so it has no %(type)s record."),
    Outcome.NO_DOMAIN: _(
        "The domain %(zone)s does not exist in the DNS. Either it is not registered, or its "
        "registrar knows no name servers for it."
    ),
    Outcome.LOOP: _("The aliases (CNAME) at %(name)s go round in a circle: %(chain)s."),
    Outcome.LONG_CHAIN: _("The aliases (CNAME) at %(name)s go on for too long: %(chain)s."),
    Outcome.TOO_MANY: _(
        "The name servers send so many records for %(name)s that mail servers will not read "
        "them. Remove the %(type)s records that are not needed."
    ),
    Outcome.BAD_NAME: _("%(name)s is not a name that the DNS can hold."),
    Outcome.TIMEOUT: _(
        "Could not check the %(type)s record of %(name)s: the name servers of %(zone)s did not "
        "answer in time."
    ),
    Outcome.NO_ROUTE: _(
        "Could not check the %(type)s record of %(name)s: the name servers of %(zone)s could "
        "not be reached."
    ),
    Outcome.SERVFAIL: _(
        "Could not check the %(type)s record of %(name)s: the name servers of %(zone)s report "
        "a failure of their own (SERVFAIL). A broken DNSSEC signature is a frequent cause."
    ),
    Outcome.REFUSED: _(
        "Could not check the %(type)s record of %(name)s: the name servers refused to answer."
    ),
    Outcome.LAME: _(
        "Could not check the %(type)s record of %(name)s: the name servers that %(zone)s is "
        "delegated to do not know it (lame delegation). Set the domain up there, or correct "
        "its name servers at the registrar."
    ),
    Outcome.UNREADABLE: _(
        "Could not check the %(type)s record of %(name)s: the name servers of %(zone)s sent an "
        "answer that cannot be read."
    ),
}
