from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from domains.dns import dmarc
from domains.dns.findings import Kind, State
from domains.models import Domain
from domains.reports import access, advice, picture, summary
from domains.reports.models import KEPT_DAYS
from domains.reports.summary import PERIODS


@hosting(Act.LOOK)
def overview(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain, days = access.get_reported(request.membership, domain_id), _period(request)
    today, senders = timezone.now().date(), summary.by_sender(domain, days)
    by_day = summary.by_day(domain, days)
    context = {
        "domain": domain,
        "picture": picture.draw(by_day, picture.start_of(days, today), today),
        "days": list(by_day.items())[::-1],
        "total": summary.together(each.counted for each in senders),
        "senders": senders[: summary.MOST_SENDERS],
        "more_senders": len(senders) - summary.MOST_SENDERS,
        "advice": advice.advise(domain) if domain.served else None,
        "reporters": summary.reporters(domain, days),
        "left_out": summary.left_out(domain, days),
        "record": _record_for_reports(domain),
        "record_name": f"_dmarc.{domain.name}",
        **_periods(
            request, reverse("domains:reports:overview", args=[request.account.slug, domain.pk])
        ),
    }
    return render(request, "reports/overview.html", context)


@hosting(Act.LOOK)
def sender(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    """From where one sender sent. ?of= is its name; empty: what nothing vouches for."""
    domain, days = access.get_reported(request.membership, domain_id), _period(request)
    key, kept = request.GET.get("of", "")[:253], min(days, KEPT_DAYS)
    found = [each for each in summary.by_sender(domain, days) if each.key == key]
    if not found:
        raise Http404
    context = {
        "domain": domain,
        "sender": found[0],
        "days": days,
        "addresses": summary.addresses(domain, key, kept),
        "address_days": kept,
        "most": summary.MOST_ADDRESSES,
    }
    return render(request, "reports/sender.html", context)


def _record_for_reports(domain: Domain) -> str:
    """What to publish, so that reports come; empty when they are asked for already."""
    check = domain.record_checks.filter(kind=Kind.DMARC).first()
    if check and check.state == State.OK:
        return check.advice
    return dmarc.fresh(settings.REPORTS_ADDRESS)


def _period(request: MemberRequest) -> int:
    typed = request.GET.get("days", "")
    return int(typed) if typed in map(str, PERIODS) else PERIODS[0]


def _periods(request: MemberRequest, address: str) -> dict[str, object]:
    words = {30: _("30 days"), 90: _("90 days"), 365: _("A year")}
    tabs = [(f"{address}?days={days}", words[days]) for days in PERIODS]
    return {"tabs": tabs, "shown": f"{address}?days={_period(request)}", "period": _period(request)}
