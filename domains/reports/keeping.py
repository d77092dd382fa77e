"""Counting a report once: sums by day and sender, and the addresses behind them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from domains.dns.suffixes import organizational_domain
from domains.models import Domain
from domains.reports.models import OURS, UNKNOWN, Intake, Report, Source, Sum, Tally
from domains.reports.parsing import Feedback, Row
from domains.reports.senders import sender_of
from kuploy.among import among

# What is taken for one domain in a day. Reports that nobody vouches for can be forged by anybody,
# so they have a share of their own: they crowd out no others.
MOST_REPORTS = {True: 300, False: 30}
MOST_SOURCES = {True: 1000, False: 100}
MOST_OF_REPORTER = 30
MOST_SENDERS = 50
# Of the From headers in one report. Rows with others count for a domain above, if it is here.
MOST_NAMES = 1000

Counts = list[int]
ADD = """
    INSERT INTO reports_sum AS s
           (domain_id, day, sender, vouched,
            messages, passed, by_dkim, by_spf, quarantined, rejected)
    SELECT %s, %s, sender, %s, messages, passed, by_dkim, by_spf, quarantined, rejected
      FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                  %s::bigint[])
        AS new (sender, messages, passed, by_dkim, by_spf, quarantined, rejected)
        ON CONFLICT (domain_id, day, sender, vouched) DO UPDATE
       SET messages = s.messages + EXCLUDED.messages, passed = s.passed + EXCLUDED.passed,
           by_dkim = s.by_dkim + EXCLUDED.by_dkim, by_spf = s.by_spf + EXCLUDED.by_spf,
           quarantined = s.quarantined + EXCLUDED.quarantined,
           rejected = s.rejected + EXCLUDED.rejected
"""


def keep(feedback: Feedback, vouched_by: str) -> int:
    """Count it for each domain here that it is about; how many those are. Twice is like once."""
    hosted = _hosted(feedback)
    rows: dict[UUID, list[Row]] = defaultdict(list)
    for row in feedback.rows:
        if pk := _belongs_to(row, feedback, hosted):
            rows[pk].append(row)
    return sum(_keep_for(pk, feedback, found, vouched_by) for pk, found in rows.items())


def _hosted(feedback: Feedback) -> dict[str, UUID]:
    """Those served here that it may be about."""
    senders = dict.fromkeys(row.header_from for row in feedback.rows)
    below = (name for name in senders if _is_within(name, feedback.policy_domain))
    named = (feedback.policy_domain, *islice(below, MOST_NAMES))
    wanted = {each for name in named for each in _upwards(name)}
    found = Domain.objects.filter(name__in=among(wanted), status=Domain.Status.ACTIVE)
    return dict(found.values_list("name", "pk"))


def _belongs_to(row: Row, feedback: Feedback, hosted: Mapping[str, UUID]) -> UUID | None:
    """The domain of the From header, or the nearest above it; none that the policy is not of."""
    name = row.header_from or feedback.policy_domain
    if not _is_within(name, feedback.policy_domain):
        return None
    return next((hosted[each] for each in _upwards(name) if each in hosted), None)


def _is_within(name: str, policy_domain: str) -> bool:
    return f".{name}".endswith(f".{policy_domain}")


def _upwards(name: str) -> Iterator[str]:
    """The name, and all above it."""
    while name:
        yield name
        name = name.partition(".")[2]


@transaction.atomic
def _keep_for(pk: UUID, feedback: Feedback, rows: Sequence[Row], vouched_by: str) -> bool:
    """Whether the domain is still served. It is held, so nobody else counts for it meanwhile."""
    active = Domain.objects.filter(pk=pk, status=Domain.Status.ACTIVE)
    domain = active.select_for_update(no_key=True).first()
    if domain is None:
        return False
    # With who vouches: a forged one that comes first does not take the place of the true one.
    key = {
        "domain": domain, "reporter": feedback.reporter, "report_id": feedback.report_id,
        "begins_at": feedback.begins_at, "ends_at": feedback.ends_at, "vouched_by": vouched_by,
    }  # fmt: skip
    if Report.objects.filter(**key).exists():
        return True
    today, vouched = timezone.now().date(), bool(vouched_by)
    intake, _new = Intake.objects.get_or_create(domain=domain, day=today, vouched=vouched)
    if _is_too_much(domain, today, vouched_by):
        intake.left_reports += 1
        intake.save()
        return True
    Report.objects.create(
        **key, day=feedback.day, policy=feedback.policy,
        messages=sum(row.messages for row in rows), received_on=today,
    )  # fmt: skip
    senders = _senders(domain, feedback.day, vouched, rows)
    _add(domain, feedback.day, vouched, rows, senders)
    _note_sources(domain, feedback.day, rows, senders, intake)
    return True


def _is_too_much(domain: Domain, today: date, vouched_by: str) -> bool:
    received = Report.objects.filter(domain=domain, received_on=today)
    of_reporter = received.filter(vouched_by=vouched_by).count()
    if not vouched_by:
        return of_reporter >= MOST_REPORTS[False]
    everybody = received.exclude(vouched_by="").count()
    return of_reporter >= MOST_OF_REPORTER or everybody >= MOST_REPORTS[True]


def _senders(domain: Domain, day: date, vouched: bool, rows: Iterable[Row]) -> list[str]:
    """Who sent each row; once a day has too many senders, new ones are not told apart.

    Those that nobody vouches for are counted apart: forged ones take no place of the true ones.
    """
    sums = Sum.objects.filter(domain=domain, day=day, vouched=vouched)
    known = set(sums.values_list("sender", flat=True))
    own, found = organizational_domain(domain.name), []
    for row in rows:
        sender = sender_of(row, own)
        if len(known) >= MOST_SENDERS and sender not in known | {OURS}:
            sender = own if row.dkim or row.spf else UNKNOWN
        known.add(sender)
        found.append(sender)
    return found


def _counts(row: Row) -> Counts:
    """In the order of Tally.COUNTS."""
    facts = (
        True, row.dkim or row.spf, row.dkim, row.spf,
        row.disposition == "quarantine", row.disposition == "reject",
    )  # fmt: skip
    return [row.messages * fact for fact in facts]


def _added(found: Iterable[tuple[tuple[str, ...], Row]]) -> dict[tuple[str, ...], Counts]:
    """The rows of each key together."""
    sums: dict[tuple[str, ...], Counts] = defaultdict(lambda: [0] * len(Tally.COUNTS))
    for key, row in found:
        sums[key] = [before + more for before, more in zip(sums[key], _counts(row), strict=True)]
    return sums


def _add(
    domain: Domain, day: date, vouched: bool, rows: Sequence[Row], senders: Sequence[str]
) -> None:
    sums = _added(((sender,), row) for sender, row in zip(senders, rows, strict=True))
    columns = zip(*sums.values(), strict=True)
    with connection.cursor() as cursor:
        values = [[key for (key,) in sums], *(list(column) for column in columns)]
        cursor.execute(ADD, [domain.pk, day, vouched, *values])


def _note_sources(
    domain: Domain, day: date, rows: Sequence[Row], senders: Sequence[str], intake: Intake
) -> None:
    """As many addresses as there is room for, those with most messages first."""
    sums = _added(
        ((sender, row.ip, row.header_from or domain.name, *_proved_by(row, sender)), row)
        for sender, row in zip(senders, rows, strict=True)
    )
    busiest = sorted(sums.items(), key=lambda each: -each[1][0])
    room = max(MOST_SOURCES[intake.vouched] - intake.sources, 0)
    kept, left = busiest[:room], busiest[room:]
    Source.objects.bulk_create(
        Source(
            domain=domain, day=day, sender=sender, ip=ip, header_from=header_from,
            dkim_domain=dkim, spf_domain=spf, **dict(zip(Tally.COUNTS, counts, strict=True)),
        )
        for (sender, ip, header_from, dkim, spf), counts in kept
    )  # fmt: skip
    intake.sources += len(kept)
    intake.left_sources += len(left)
    intake.save()


def _proved_by(row: Row, sender: str) -> tuple[str, str]:
    """The signature that tells most, and the domain of SPF."""
    telling = (name for name in row.dkim_domains if f".{name}".endswith(f".{sender}"))
    return next(telling, next(iter(row.dkim_domains), "")), row.spf_domain
