"""Pages about the account itself: overview, plan, activity, settings."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import services
from accounts.forms import AccountForm
from accounts.http import MemberRequest, member
from accounts.roles import Act
from accounts.shares import shares_of
from kuploy.paging import paginate
from quotas.models import MOST_COUNTED, Filling, Total


@member(Act.LOOK)
def overview(request: MemberRequest) -> HttpResponse:
    account, domains = request.account, request.account.domains.visible_to(request.membership)
    context = {
        **_usage(request),
        "domains": domains.needing_attention()[:8],
    }
    if not request.membership.service:
        addresses = EmailAddress.objects.filter(user=request.user, primary=True)
        context["unverified"] = addresses.filter(verified=False).first()
    # They name what smaller roles may not see.
    if request.membership.allows(Act.SEE_ACTIVITY):
        context["events"] = account.audit_events.order_by("-id")[:8]
        context["alerts"] = account.alerts.exclude(kind="test").order_by("-id")[:5]
    return render(request, "accounts/overview.html", context)


@member(Act.LOOK)
def plan(request: MemberRequest) -> HttpResponse:
    return render(request, "accounts/plan.html", _usage(request))


def _usage(request: MemberRequest) -> dict[str, object]:
    """What the plan limits, what all mailboxes hold together, and how many of them fill up."""
    seat, account = request.membership, request.account
    own = account.domains.visible_to(seat).values("pk")
    of_clients = account.clients.exclude(domains=None).values("domains")
    filling = Filling.objects.of(account.pk, seat.only_domain_ids).counts(80, 95, 100)
    return {
        "shares": shares_of(account),
        "space": _bytes_in(own),
        "space_of_clients": _bytes_in(of_clients) if account.is_reseller else 0,
        "filling": list(filling.items()),
        "most_counted": MOST_COUNTED,
    }


def _bytes_in(domains: "QuerySet[Any, Any]") -> int:
    held = Total.objects.filter(domain_id__in=domains).aggregate(total=Sum("bytes"))
    return int(held["total"] or 0)


@member(Act.SEE_ACTIVITY)
def activity(request: MemberRequest) -> HttpResponse:
    events = request.account.audit_events.all()
    if query := request.GET.get("q", "").strip():
        events = events.filter(object_name__istartswith=query)
    page = paginate(events, "-id", request.GET)
    return render(request, "accounts/activity.html", {"page": page, "query": query})


@member(Act.EDIT_ACCOUNT)
def settings(request: MemberRequest) -> HttpResponse:
    account, actor = request.account, request.actor
    initial = {"name": account.name, "blocked_return": account.blocked_return}
    form = AccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        if "name" in form.changed_data:
            services.rename_account(account=account, name=typed["name"], actor=actor)
        if "blocked_return" in form.changed_data:
            services.choose_blocked_return(
                account=account, by_itself=typed["blocked_return"], actor=actor
            )
        messages.success(request, _("Saved."))
        return redirect("accounts:settings", request.account.slug)
    status = 422 if form.errors else 200
    return render(request, "accounts/settings.html", {"form": form}, status=status)
