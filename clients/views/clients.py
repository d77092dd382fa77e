"""A reseller's clients: the list, a new one, and the page of each."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.forms import SuspensionForm
from accounts.http import MemberRequest, selling
from accounts.models import Account, AccountQuerySet, Membership
from accounts.roles import Act
from accounts.shares import shares_of
from clients import services
from clients.forms import ClientForm, OwnerForm
from clients.rows import Trouble, held_by, rows_of, troubles, wanting_a_look
from domains import names
from domains.forms import RemovalForm
from domains.models import Domain
from kuploy.errors import Refused
from kuploy.paging import paginate
from plans import access
from plans.billing.counting import monthly_cost
from plans.removal import remove_account

# More plans than this are looked for in the list of plans.
PLANS_OFFERED = 100
SHOWN = 8


@selling(Act.EDIT_CLIENTS)
def index(request: MemberRequest) -> HttpResponse:
    query, state, plan = (request.GET.get(name, "").strip() for name in ("q", "state", "plan"))
    found = _in_state(request.account.clients.select_related("plan"), state)
    if plan.isdecimal():
        found = found.filter(plan=int(plan))
    by_name = query.lower()
    if "." in query and (holders := _who_hold(request.account, query)):
        found, by_name = found.filter(pk__in=holders), ""
    elif query:
        # Behind the name, the order holds an id: nobody looks for a part of that.
        found = found.filter(name__icontains=query)
    page = paginate(found, "listed_as", request.GET, by_name)
    context = {
        "page": page,
        "rows": rows_of(page.rows),
        "query": query,
        "state": state,
        "states": [
            ("", _("Any state")), ("look", _("To look at")), ("invited", _("Nobody yet")),
            ("suspended", _("Suspended")), ("removing", _("Being removed")),
        ],
        "plan": plan,
        "plans": [("", _("Any plan")), *_plans(request.account, plan)],
    }  # fmt: skip
    template = "clients/index.html#list" if request.htmx else "clients/index.html"
    return render(request, template, context)


def _in_state(clients: AccountQuerySet, state: str) -> AccountQuerySet:
    if state == "look":
        return wanting_a_look(clients)
    if state == "invited":
        return clients.standing().filter(memberships=None)
    if state == "suspended":
        return clients.standing().filter(suspension__gt=0)
    if state == "removing":
        return clients.exclude(removed_at=None)
    return clients


def _who_hold(reseller: Account, typed: str) -> list[UUID]:
    """The clients that have the domain which was typed, or that of an address."""
    name = names.searchable(typed.rpartition("@")[2])
    holders = Domain.objects.filter(name=name, account__reseller=reseller)
    return list(holders.values_list("account", flat=True))


def _plans(reseller: Account, chosen: str) -> list[tuple[str, str]]:
    """The first ones by name, and the one that a link has chosen."""
    named = reseller.plans.order_by("name", "pk")
    offered = list(named[:PLANS_OFFERED])
    if chosen.isdecimal() and not any(str(plan.pk) == chosen for plan in offered):
        offered += named.filter(pk=int(chosen))
    return [(str(plan.pk), plan.name) for plan in offered]


@selling(Act.EDIT_CLIENTS)
def add(request: MemberRequest) -> HttpResponse:
    form = ClientForm(
        request.POST or None, reseller=request.account, initial={"plan": request.GET.get("plan")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            client = services.create_client(
                reseller=request.account, **form.cleaned_data, actor=request.actor
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            sentence = _("%(client)s is there, and %(email)s gets mail from us.")
            named = {"client": client, "email": form.cleaned_data["email"]}
            messages.success(request, sentence % named)
            return redirect("clients:detail", request.account.slug, client.pk)
    context = {"form": form, "shares": shares_of(request.account)}
    return render(request, "clients/add.html", context, status=422 if form.errors else 200)


@selling(Act.EDIT_CLIENTS)
def detail(request: MemberRequest, client_id: UUID) -> HttpResponse:
    client = access.get_client(request.account, client_id)
    return render(request, "clients/detail.html", page_of(client, request.membership))


def page_of(client: Account, seat: Membership) -> dict[str, object]:
    """SEAT is the reseller's person's."""
    invitations = client.invitations.filter(accepted_at=None).order_by("-role", "email")
    asked = invitations.first()
    return {
        "client": client,
        "shares": shares_of(client),
        "trouble": troubles([client.pk]).get(client.pk, Trouble()),
        "mail": held_by(client),
        "domains": client.domains.needing_attention()[:SHOWN],
        "alerts": client.alerts.exclude(kind="test").order_by("-id")[:SHOWN],
        "events": client.audit_events.order_by("-id")[:SHOWN],
        "seats": client.memberships.select_related("user").order_by("-role", "pk")[:SHOWN],
        "invitations": invitations[:SHOWN],
        "owner_form": OwnerForm(initial={"email": asked.email if asked else ""}),
        "asked": asked,
        "suspension_form": SuspensionForm(step=client.reseller_step, reason=client.reseller_reason),
        **(_costs(client) if seat.allows(Act.SEE_BILLING) else {}),
    }


@selling(Act.REMOVE_CLIENTS)
def remove(request: MemberRequest, client_id: UUID) -> HttpResponse:
    client = access.get_client(request.account, client_id)
    form = RemovalForm(request.POST or None, expected=client.name)
    if request.method == "POST" and form.is_valid():
        remove_account(account=client, actor=request.actor)
        sentence = _("%(client)s is closed; its mail is being deleted.")
        messages.success(request, sentence % {"client": client})
        return redirect("clients:list", request.account.slug)
    context = {"form": form, "client": client, "mail": held_by(client)}
    status = 422 if form.errors else 200
    return render(request, "clients/remove.html", context, status=status)


def _costs(client: Account) -> dict[str, Any]:
    """What the client pays to the reseller, and the reseller for it."""
    assert client.reseller  # noqa: S101  (who has no reseller is nobody's client)
    return {
        "income": monthly_cost(client, client.plan),
        "cost": monthly_cost(client, client.reseller.plan),
        "currency": settings.CURRENCY,
    }
