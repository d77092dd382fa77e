"""What is invoiced: to an account, and by a reseller to its clients."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify

from accounts.http import MemberRequest, member, selling
from accounts.roles import Act
from kuploy.paging import paginate
from plans.billing import sheets
from plans.billing.charges import Charge, Priced, by_band, charges, of_clients, total
from plans.billing.months import Month, chosen_month
from plans.models import Line, LineQuerySet, Snapshot


@member(Act.SEE_BILLING)
def own(request: MemberRequest) -> HttpResponse:
    """What the account pays; a reseller also for its clients."""
    chosen = chosen_month(request)
    lines = list(_own(request, chosen["month"]).in_order())
    for_clients = _for_clients(request, chosen["month"])
    paid: list[Priced] = [*lines, *for_clients]
    context = {
        **chosen,
        "lines": lines,
        "priced": any(each.price is not None for each in paid),
        "own_total": total(lines),
        "bands": by_band(for_clients),
        "clients_total": total(for_clients),
        "total": total(paid),
    }
    return render(request, "plans/billing/own.html", context)


@selling(Act.SEE_BILLING)
def clients(request: MemberRequest) -> HttpResponse:
    """What the clients pay to the reseller, and the reseller for them."""
    chosen, query = chosen_month(request), request.GET.get("q", "").strip()
    month = chosen["month"]
    lines = _clients(request, month)
    # One row for each client, in the order of an index.
    there = Snapshot.objects.filter(reseller_id=request.account.pk, month=month.first)
    page = paginate(there.distinct("account_slug"), "account_slug", request.GET, slugify(query))
    paid, cost = of_clients(lines)
    context = {
        **chosen,
        "query": query,
        "page": page,
        "lines": lines.filter(account_slug__in=[row.account_slug for row in page.rows]).in_order(),
        "bands": by_band(paid),
        "paid": total(paid),
        "cost": total(cost),
        "own_cost": total(_own(request, month)),
    }
    return render(request, "plans/billing/clients.html", context)


@member(Act.SEE_BILLING)
def own_sheet(request: MemberRequest) -> StreamingHttpResponse:
    month = chosen_month(request)["month"]
    due = Line.objects.filter(month=month.first).paid_by(request.account.pk)
    return sheets.respond(due, sheets.DUE, month, request.account.slug)


@selling(Act.SEE_BILLING)
def clients_sheet(request: MemberRequest) -> StreamingHttpResponse:
    month = chosen_month(request)["month"]
    name = f"{request.account.slug}-clients"
    return sheets.respond(_clients(request, month), sheets.OF_CLIENTS, month, name)


def _own(request: MemberRequest, month: Month) -> LineQuerySet:
    return Line.objects.of_account(request.account.pk, month.first)


def _clients(request: MemberRequest, month: Month) -> LineQuerySet:
    return Line.objects.of_clients(request.account.pk, month.first)


def _for_clients(request: MemberRequest, month: Month) -> list[Charge]:
    return charges(_clients(request, month), whose="reseller_")
