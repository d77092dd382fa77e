"""The records beyond the four: each is offered with what it gives, none of them insisted on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from domains import mta_sts
from domains.checks import Checks
from domains.dns import mta_sts as sts
from domains.dns import pointers, srv, tls_rpt
from domains.dns.findings import RECOMMENDED, Kind, Services, State
from domains.models import Domain, MtaSts, RecordCheck
from domains.records import Record, row

# They are more look-ups than all that a domain needs, so a sweep makes them this rarely.
LOOKED_UP_EVERY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Offer:
    """What is published for one purpose. Without a record it is a hint, which says all itself."""

    kind: Kind
    gives: str
    records: list[Record]
    check: RecordCheck | None

    @property
    def says_more(self) -> bool:
        """The last look-up found something that the states of the records do not tell."""
        if self.check is None or not self.check.checked_at:
            return False
        if self.check.state == State.MISSING:
            return len(self.records) > 1
        return self.check.state != State.OK


def offers(domain: Domain) -> list[Offer]:
    """None as long as the ownership is not proved."""
    if not domain.served:
        return []
    checks = {check.kind: check for check in domain.record_checks.all()}
    return [
        *_for_programs(domain, checks), *_for_servers(domain, checks),
        *_permission(domain, checks),
    ]  # fmt: skip


def to_offer(domain: Domain) -> list[Record]:
    return [record for offer in offers(domain) for record in offer.records]


def _for_programs(domain: Domain, checks: Checks) -> Iterator[Offer]:
    """What mail programs ask for (RFC 6186, and the names that Thunderbird and Outlook know)."""
    panel = settings.PANEL_HOST
    imap = srv.value(settings.IMAP_HOST, settings.IMAP_PORT)
    smtp = srv.value(settings.SMTP_HOST, settings.SUBMISSION_PORT)
    for kind, type_, hosts, value, gives in (
        (
            Kind.AUTOCONFIG, "CNAME", [pointers.AUTOCONFIG], panel,
            _("Thunderbird and many other programs need no more than address and password."),
        ),
        (
            Kind.AUTODISCOVER, "CNAME", [pointers.AUTODISCOVER], panel,
            _("Outlook needs no more than address and password."),
        ),
        (
            Kind.IMAPS, "SRV", [srv.IMAPS], imap,
            _("Programs that ask the DNS find where mail is read."),
        ),
        (
            Kind.SUBMISSION, "SRV", [srv.SUBMISSION], smtp,
            _("Programs that ask the DNS find where mail is sent."),
        ),
        (
            Kind.UNOFFERED, "SRV", srv.UNOFFERED, srv.NOTHING,
            _("No program tries what is not offered: POP3, and other ports for IMAP and sending."),
        ),
    ):  # fmt: skip
        found = [row(domain, checks, kind, type_, host, value) for host in hosts]
        yield Offer(kind, gives, found, checks.get(kind))


def _for_servers(domain: Domain, checks: Checks) -> Iterator[Offer]:
    """What servers ask for that deliver to us, as far as it was chosen."""
    rows: list[tuple[Kind, str, str, str, str]] = []
    if domain.mta_sts != MtaSts.OFF or mta_sts.ends(domain):
        policy = sts.value(mta_sts.policy_id(domain.mta_sts))
        rows = [
            (
                Kind.MTA_STS, "TXT", sts.LABEL, policy,
                _("Tells other servers that there is an MTA-STS policy, and when it changes."),
            ),
            (
                Kind.MTA_STS_HOST, "CNAME", pointers.MTA_STS, settings.PANEL_HOST,
                _("Leads them to the policy, which we answer with."),
            ),
        ]  # fmt: skip
    if settings.TLS_REPORTS_ADDRESS:
        reports = tls_rpt.value(settings.TLS_REPORTS_ADDRESS)
        gives = _("Other servers report to us when they could not deliver encrypted.")
        rows.append((Kind.TLS_RPT, "TXT", tls_rpt.LABEL, reports, gives))
    for kind, type_, host, value, gives in rows:
        yield Offer(kind, gives, [row(domain, checks, kind, type_, host, value)], checks.get(kind))


def _permission(domain: Domain, checks: Checks) -> Iterator[Offer]:
    """A hint where the certificates of our names would be refused."""
    check = checks.get(Kind.CAA)
    if check is None or not settings.CAA_ISSUER:
        return
    gives = _("Lets certificates be made for the names above; mail programs insist on them.")
    owner, _type, value = check.advice.partition(". CAA ")
    host = "@" if owner == domain.name else owner.removesuffix(f".{domain.name}")
    # Above the domain is another zone: then the sentence alone says where.
    inside = value and host != owner
    found = [row(domain, checks, Kind.CAA, "CAA", host, value)] if inside else []
    yield Offer(Kind.CAA, gives, found, check)


def services(domain: Domain) -> Services:
    """What the records lead to."""
    return Services(
        panel=settings.PANEL_HOST,
        imap=(settings.IMAP_HOST, settings.IMAP_PORT),
        submission=(settings.SMTP_HOST, settings.SUBMISSION_PORT),
        caa_issuer=settings.CAA_ISSUER,
        mta_sts_id=mta_sts.policy_id(domain.mta_sts),
        tls_reports=settings.TLS_REPORTS_ADDRESS,
    )


def kinds() -> frozenset[Kind]:
    """Those that this provider offers."""
    without = {Kind.CAA: settings.CAA_ISSUER, Kind.TLS_RPT: settings.TLS_REPORTS_ADDRESS}
    return RECOMMENDED - {kind for kind, value in without.items() if not value}


def due(domains: Sequence[Domain]) -> set[UUID]:
    """The domains of which these are looked up now: somebody asked, or it is long ago."""
    served = {domain.pk for domain in domains if domain.served}
    since = timezone.now() - LOOKED_UP_EVERY
    known = RecordCheck.objects.filter(domain__in=served, kind__in=kinds())
    lately = known.filter(Q(checked_at__gt=since) | Q(failed_at__gt=since))
    counts = lately.values("domain").annotate(number=Count("*")).filter(number=len(kinds()))
    asked = {domain.pk for domain in domains if domain.waiting}
    return served - (set(counts.values_list("domain", flat=True)) - asked)
