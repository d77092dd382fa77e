"""When it is safe to ask receivers for more than p=none. docs/dmarc-reports.md states the rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from domains.dns import dmarc, tags
from domains.dns.findings import Kind, State
from domains.dns.suffixes import organizational_domain
from domains.models import Domain, RecordCheck
from domains.reports import summary
from domains.reports.models import Report
from domains.reports.summary import ENOUGH_PERCENT, Counted, Sender

# What is looked at, and what it takes.
WINDOW_DAYS = 30
ENOUGH_DAYS = 14
ENOUGH_MESSAGES = 100
# Who sent so many, beside what the domain's senders sent, and never passed is to be looked at.
STRANGE_PERCENT = 1
NAMED = 5
NEXT = {"none": "quarantine", "quarantine": "reject", "reject": "reject"}


@dataclass(frozen=True, slots=True)
class Condition:
    met: bool
    words: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What counts now, what may be next, and why it may or may not."""

    policy: str = ""  # empty: no record can be read
    following: str = ""  # empty: nothing stricter is left
    conditions: Sequence[Condition] = ()
    record: str = ""
    strangers: Sequence[str] = ()

    @property
    def ready(self) -> bool:
        return bool(self.following) and all(each.met for each in self.conditions)

    @property
    def only_strangers(self) -> bool:
        """All is met, but that somebody unknown is to be looked at: people can tell."""
        return not self.ready and bool(self.strangers) and sum(
            not each.met for each in self.conditions
        ) == 1  # fmt: skip


def advise(domain: Domain) -> Advice:
    checks = {check.kind: check for check in domain.record_checks.all()}
    found = _published(checks.get(Kind.DMARC))
    policy = _policy(domain, found)
    if not policy:
        return Advice()
    whole = found.get("pct", "100") == "100" and found.get("t", "n").lower() != "y"
    if policy == "reject" and whole:
        return Advice(policy)
    following = NEXT[policy] if whole else policy
    senders = summary.by_sender(domain, WINDOW_DAYS, vouched=True)
    strangers = _strangers(senders)
    return Advice(
        policy=policy,
        following=following,
        conditions=[
            _records_are_right(checks),
            *_enough(domain, senders),
            *_recognised_pass(senders),
            _nobody_strange(strangers),
            *([_has_been_tried(domain)] if policy == "quarantine" and whole else []),
        ],
        record=_stricter(found, following),
        strangers=strangers,
    )


def _published(check: RecordCheck | None) -> dict[str, str]:
    """The tags of the record that was found to be right."""
    if check is None or check.state != State.OK or not check.found:
        return {}
    try:
        return tags.parse(str(check.found[0]).encode())
    except tags.MalformedError:
        return {}


def _policy(domain: Domain, found: dict[str, str]) -> str:
    asked = [found.get("p", "").lower()]
    if organizational_domain(domain.name) != domain.name and "sp" in found:
        # The record above may ask more of names below it: the stricter one counts here.
        asked.append(found["sp"].lower())
    # A long record is kept only in part, and may end in the middle of a word.
    return max(asked, key=[*NEXT].index) if set(asked) <= NEXT.keys() else ""


def _records_are_right(checks: dict[str, RecordCheck]) -> Condition:
    wrong = [
        kind.upper() for kind in (Kind.SPF, Kind.DKIM)
        if kind not in checks or checks[kind].state != State.OK
    ]  # fmt: skip
    words = _("Not verified: %(records)s") % {"records": ", ".join(wrong)}
    return Condition(not wrong, words if wrong else _("SPF and DKIM are verified"))


def _enough(domain: Domain, senders: Iterable[Sender]) -> list[Condition]:
    messages = _of_recognised(senders).messages
    days = summary.days_vouched(domain, WINDOW_DAYS)
    return [
        Condition(
            days >= ENOUGH_DAYS,
            _("Proved reports about %(days)s of the last %(window)s days; %(enough)s are needed")
            % {"days": days, "window": WINDOW_DAYS, "enough": ENOUGH_DAYS},
        ),
        Condition(
            messages >= ENOUGH_MESSAGES,
            _("%(messages)s messages of your senders reported; %(enough)s are needed")
            % {"messages": f"{messages:,}", "enough": ENOUGH_MESSAGES},
        ),
    ]


def _of_recognised(senders: Iterable[Sender]) -> Counted:
    """Forged mail says nothing of how the domain's own would fare."""
    return summary.together(each.counted for each in senders if each.recognised)


def _recognised_pass(senders: Iterable[Sender]) -> list[Condition]:
    counted = _of_recognised(senders)
    words = _("%(percent)s %% of what your senders sent passed; %(enough)s %% are needed") % {
        "percent": f"{counted.percent:.1f}".removesuffix(".0"),
        "enough": ENOUGH_PERCENT,
    }
    return [Condition(counted.percent >= ENOUGH_PERCENT, words)] if counted.messages else []


def _strangers(senders: Sequence[Sender]) -> list[str]:
    """Those who prove to be somebody, though never you: a service that is not set up, or a list."""
    many = _of_recognised(senders).messages * STRANGE_PERCENT / 100
    return [
        each.key for each in senders
        if not each.recognised and not each.unknown and each.counted.messages >= many
    ]  # fmt: skip


def _nobody_strange(strangers: Sequence[str]) -> Condition:
    if not strangers:
        return Condition(True, _("No other service sends in your name without passing"))
    names = ", ".join(strangers[:NAMED]) + (" …" if len(strangers) > NAMED else "")
    words = _("Sends in your name and never passes: %(names)s")
    return Condition(False, words % {"names": names})


def _has_been_tried(domain: Domain) -> Condition:
    seen = Report.objects.filter(domain=domain, day__gt=summary.since(WINDOW_DAYS))
    strict = seen.exclude(vouched_by="").filter(policy="quarantine")
    days = strict.values("day").distinct().count()
    return Condition(
        days >= ENOUGH_DAYS,
        _("p=quarantine has been seen on %(days)s days; %(enough)s are needed")
        % {"days": days, "enough": ENOUGH_DAYS},
    )


def _stricter(found: dict[str, str], following: str) -> str:
    """The record as it is, with the next policy for all mail; and our address, if it is missing."""
    kept = {name: value for name, value in found.items() if name not in ("pct", "t")}
    wanted = {**kept, "p": following}
    return dmarc.with_reports(wanted, settings.REPORTS_ADDRESS) or dmarc.written(wanted)
