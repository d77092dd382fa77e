"""Pages about the account itself: overview, plan, activity, settings."""

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import services
from accounts.forms import AccountForm
from accounts.http import MemberRequest, member
from accounts.models import Role
from accounts.room import Countable, room_for
from kuploy.paging import paginate


@member(Role.VIEWER)
def overview(request: MemberRequest) -> HttpResponse:
    account, domains = request.account, request.account.domains.visible_to(request.membership)
    context = {
        "rooms": _rooms(request),
        "domains": domains.needing_attention()[:8],
        "unverified": EmailAddress.objects.filter(
            user=request.user, primary=True, verified=False
        ).first(),
    }
    # They name what smaller roles may not see.
    if request.membership.may_manage:
        context["events"] = account.audit_events.order_by("-id")[:8]
        context["alerts"] = account.alerts.exclude(kind="test").order_by("-id")[:5]
    return render(request, "accounts/overview.html", context)


@member(Role.VIEWER)
def plan(request: MemberRequest) -> HttpResponse:
    return render(request, "accounts/plan.html", {"rooms": _rooms(request)})


def _rooms(request: MemberRequest) -> list[tuple[str, object]]:
    names = {
        Countable.DOMAIN: _("Domains"),
        Countable.MAILBOX: _("Mailboxes"),
        Countable.ALIAS: _("Aliases"),
    }
    return [(name, room_for(request.account, what)) for what, name in names.items()]


@member(Role.MANAGER)
def activity(request: MemberRequest) -> HttpResponse:
    events = request.account.audit_events.all()
    if query := request.GET.get("q", "").strip():
        events = events.filter(object_name__istartswith=query)
    page = paginate(events, "-id", request.GET)
    return render(request, "accounts/activity.html", {"page": page, "query": query})


@member(Role.OWNER)
def settings(request: MemberRequest) -> HttpResponse:
    form = AccountForm(request.POST or None, initial={"name": request.account.name})
    if request.method == "POST" and form.is_valid():
        services.rename_account(
            account=request.account, name=form.cleaned_data["name"], actor=request.actor
        )
        messages.success(request, _("Saved."))
        return redirect("accounts:settings", request.account.slug)
    status = 422 if form.errors else 200
    return render(request, "accounts/settings.html", {"form": form}, status=status)
