"""SPF: may our servers send for the domain, however its record says so?"""

import ipaddress
from collections.abc import Iterable
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from dns.rdatatype import RdataType

from . import spf_advice
from .answers import Answer, unanswered
from .findings import Finding, Kind, State, Wanted, plain, shown
from .resolver import Lookups
from .spf_record import IPNetwork, Result, Term, is_spf
from .spf_tree import MAX_LOOKUPS, Node, Tally, grow

MAX_VOIDS = 2
EVERYONE: tuple[IPNetwork, ...] = (
    ipaddress.ip_network("0.0.0.0/0"),
    ipaddress.ip_network("::/0"),
)
FAMILIES = {4: RdataType.A, 6: RdataType.AAAA}
Verdict = tuple[Result, Term | None, str]  # the term that decided, and a name or a text to show

REFUSALS = {
    Result.FAIL: gettext_lazy(
        "Our server %(network)s may not send for the domain: %(term)s rejects it."
    ),
    Result.SOFTFAIL: gettext_lazy(
        "Our server %(network)s counts as suspicious (softfail): %(term)s decides about it."
    ),
    Result.NEUTRAL: gettext_lazy(
        "The record says neither yes nor no to our server %(network)s (neutral)."
    ),
    Result.BROKEN: gettext_lazy(
        "Receivers call this record broken (permerror): %(detail)s is wrong or has no SPF record."
    ),
    Result.UNSURE: gettext_lazy(
        "The record decides with a macro (%(term)s) which depends on each message, so that we "
        "cannot tell whether it allows our server %(network)s."
    ),
    Result.TROUBLE: gettext_lazy(
        "Could not check the SPF record: looking up %(detail)s, which it refers to, failed."
    ),
}


async def check(wanted: Wanted, lookups: Lookups) -> Finding:
    answer = await lookups.find(wanted.name, RdataType.TXT)
    records = [text for text in answer.texts() if is_spf(text)]
    if len(records) != 1:
        return judge_count(wanted, answer, records)
    families = frozenset(FAMILIES[_network(each).version] for each in wanted.sending_networks)
    node, tally = await grow(wanted.name, records[0], families, lookups)
    return judge(wanted, answer, records[0], node, tally)


def judge_count(wanted: Wanted, answer: Answer, records: list[bytes]) -> Finding:
    """The finding where there is no SPF record, or more than one."""
    if not answer.found:
        return unanswered(Kind.SPF, answer, spf_advice.fresh(wanted.spf_host))
    texts = answer.texts()
    if records:
        state, sentence = (
            State.WRONG,
            _(
                "There are %(count)s SPF records, so that receivers call all of them broken "
                "(permerror). Make one of them."
            )
            % {"count": len(records)},
        )
    elif almost := [text for text in texts if _almost_spf(text)]:
        records, state = almost, State.WRONG
        sentence = _("The SPF record does not begin with exactly “v=spf1 ”: it goes unread.")
    else:
        state, sentence = (
            State.MISSING,
            _("None of the TXT records is an SPF record (one that begins with v=spf1)."),
        )
    return Finding(
        kind=Kind.SPF,
        state=state,
        sentence=sentence,
        advice=spf_advice.merged(wanted, records),
        found=shown(records or texts),
        source=answer.source,
    )


def judge(wanted: Wanted, answer: Answer, text: bytes, node: Node, tally: Tally) -> Finding:
    """The finding for the one SPF record and all that it refers to."""
    state, sentence, decisive = _verdict(wanted, node, tally)
    advice = ""
    if state is State.WRONG and tally.lookups <= MAX_LOOKUPS:
        advice = spf_advice.with_us(wanted, text, decisive, tally.lookups)
    return Finding(
        kind=Kind.SPF,
        state=state,
        sentence=sentence,
        advice=advice,
        found=shown([text]),
        source=answer.source,
    )


def _verdict(wanted: Wanted, node: Node, tally: Tally) -> tuple[State, str, list[Term]]:
    if node.fault:
        return State.WRONG, _syntax(node.fault), []
    if fault := _limits(tally):
        return State.WRONG, fault, []
    for network in EVERYONE:
        result, term, _detail = evaluate(node, network)
        if result is Result.PASS and term:
            return State.WRONG, _everyone(term), []
    return _verdict_on_us(wanted, node)


def _verdict_on_us(wanted: Wanted, node: Node) -> tuple[State, str, list[Term]]:
    decisive: list[Term] = []
    sentence = ""
    for text in wanted.sending_networks:
        result, term, detail = evaluate(node, _network(text))
        if result is Result.PASS:
            continue
        words = {"network": text, "term": plain(term.text, 80) if term else "", "detail": detail}
        if result is Result.TROUBLE:
            return State.UNREACHABLE, str(REFUSALS[result]) % words, []
        sentence = sentence or str(REFUSALS[result]) % words
        decisive += [term] if term else []
    if sentence:
        return State.WRONG, sentence, decisive
    return State.OK, _("The record allows our servers to send for the domain."), []


def _everyone(term: Term) -> str:
    return _(
        "The record allows the whole world to send for the domain (%(term)s), so that it protects "
        "against nothing. Let it end with ~all or -all."
    ) % {"term": plain(term.text, 80)}


def _syntax(fault: str) -> str:
    return _(
        "Receivers call the SPF record broken (permerror), because “%(term)s” is not correct. "
        "Correct or remove that part."
    ) % {"term": plain(fault, 80)}


def _limits(tally: Tally) -> str:
    if tally.lookups > MAX_LOOKUPS:
        return _(
            "The record needs more than %(limit)s DNS look-ups, counting those of the records it "
            "includes, so that receivers call it broken (permerror). Remove what you no longer "
            "use: %(terms)s."
        ) % {"limit": MAX_LOOKUPS, "terms": plain(" ".join(tally.asking), 300)}
    if tally.voids > MAX_VOIDS:
        return _(
            "The record refers to %(count)s names that do not exist or hold nothing; receivers "
            "call it broken (permerror) after %(limit)s. Remove them."
        ) % {"count": tally.voids, "limit": MAX_VOIDS}
    return ""


def evaluate(node: Node, network: IPNetwork) -> Verdict:
    """RFC 7208 check_host() for a whole network, on what was fetched before."""
    if node.fault:
        return Result.BROKEN, None, plain(node.fault, 80)
    if node.trouble:
        return Result.TROUBLE, None, plain(node.trouble, 80)
    unsure: Term | None = None
    for term in node.terms:
        if term.has_macro:
            unsure = unsure or term
            continue
        result, detail = _apply(node, term, network)
        if result is not None:
            return _unless_unsure(unsure, node, (result, term, detail))
    return _unless_unsure(unsure, node, (Result.NEUTRAL, None, ""))


def _unless_unsure(unsure: Term | None, node: Node, verdict: Verdict) -> Verdict:
    """A macro leaves a pass in peace if it can only have passed itself."""
    if unsure is None:
        return verdict
    harmless = all(t.result is Result.PASS for t in node.terms if t.has_macro)
    if verdict[0] is Result.PASS and harmless:
        return verdict
    return Result.UNSURE, unsure, ""


def _apply(node: Node, term: Term, network: IPNetwork) -> tuple[Result | None, str]:
    """What this term makes of the network; None if it does not match."""
    if term in node.troubles:
        return Result.TROUBLE, plain(node.troubles[term], 80)
    if term.name == "redirect":
        result, _term, detail = evaluate(node.children[term], network)
        return result, detail
    if term.name == "include":
        result, _term, detail = evaluate(node.children[term], network)
        if result in (Result.BROKEN, Result.TROUBLE, Result.UNSURE):
            return result, detail
        return (term.result if result is Result.PASS else None), ""
    return (term.result if _matches(node, term, network) else None), ""


def _matches(node: Node, term: Term, network: IPNetwork) -> bool:
    if term.name == "all":
        return True
    if term.network is not None:
        return _within(network, [term.network])
    addresses = node.addresses.get(term, ())
    if term.name == "exists":
        return bool(addresses)
    prefixes = {4: term.prefix4, 6: term.prefix6}
    return _within(
        network,
        (ipaddress.ip_network((each, prefixes[each.version]), strict=False) for each in addresses),
    )


@cache
def _network(text: str) -> IPNetwork:
    return ipaddress.ip_network(text, strict=False)


def _within(network: IPNetwork, allowed: Iterable[IPNetwork]) -> bool:
    if isinstance(network, ipaddress.IPv4Network):
        return any(isinstance(a, ipaddress.IPv4Network) and network.subnet_of(a) for a in allowed)
    return any(isinstance(a, ipaddress.IPv6Network) and network.subnet_of(a) for a in allowed)


def _almost_spf(text: bytes) -> bool:
    return text[:50].strip(b" \t\"'").lower().startswith((b"v=spf1", b"v=spf 1", b"spf1 "))
