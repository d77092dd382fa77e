"""A reseller's own plans."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, selling
from accounts.models import Plan
from accounts.roles import Act
from kuploy.paging import paginate
from plans import access, services
from plans.forms import PlanForm, copy_of


@selling(Act.EDIT_PLANS)
def index(request: MemberRequest) -> HttpResponse:
    query, state = (request.GET.get(name, "").strip() for name in ("q", "state"))
    plans = request.account.plans.annotate(users=Count("accounts")).prefetch_related("prices")
    if query:
        plans = plans.filter(name__icontains=query)
    if state in ("on-offer", "retired"):
        plans = plans.filter(retired_at__isnull=state == "on-offer")
    context = {
        "page": paginate(plans, "id", request.GET),
        "currency": settings.CURRENCY,
        "query": query,
        "state": state,
        "states": [("", _("All")), ("on-offer", _("On offer")), ("retired", _("Retired"))],
    }
    template = "plans/index.html#list" if request.htmx else "plans/index.html"
    return render(request, template, context)


@selling(Act.EDIT_PLANS)
def add(request: MemberRequest) -> HttpResponse:
    """A new plan; with ?copy= it begins as another one."""
    copied = request.GET.get("copy", "")
    initial = copy_of(access.get_plan(request.account, int(copied))) if copied.isdecimal() else {}
    form = PlanForm(
        request.POST or None, instance=Plan(owner=request.account), owner=request.account,
        initial=initial,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        services.create_plan(plan=form.instance, prices=form.prices, actor=request.actor)
        messages.success(request, _("%(plan)s is on offer.") % {"plan": form.instance})
        return redirect("plans:list", request.account.slug)
    status = 422 if form.errors else 200
    return render(
        request, "plans/add.html", {"form": form, "currency": settings.CURRENCY}, status=status
    )


@selling(Act.EDIT_PLANS)
def edit(request: MemberRequest, plan_id: int) -> HttpResponse:
    plan = access.get_plan(request.account, plan_id)
    name, users = plan.name, plan.accounts.count()
    form = PlanForm(request.POST or None, instance=plan, owner=request.account)
    if request.method == "POST" and form.is_valid():
        services.edit_plan(plan=plan, prices=form.prices, actor=request.actor)
        messages.success(request, _("Saved."))
        return redirect("plans:edit", request.account.slug, plan.pk)
    context = {
        "form": form,
        "plan": plan,
        "name": name,
        "users": users,
        "currency": settings.CURRENCY,
    }
    return render(request, "plans/edit.html", context, status=422 if form.errors else 200)


@selling(Act.EDIT_PLANS)
@require_POST
def retire(request: MemberRequest, plan_id: int) -> HttpResponse:
    plan = access.get_plan(request.account, plan_id)
    services.retire_plan(plan=plan, actor=request.actor)
    messages.success(request, _("%(plan)s is retired.") % {"plan": plan})
    return redirect("plans:list", request.account.slug)


@selling(Act.EDIT_PLANS)
@require_POST
def offer_again(request: MemberRequest, plan_id: int) -> HttpResponse:
    plan = access.get_plan(request.account, plan_id)
    services.offer_again(plan=plan, actor=request.actor)
    messages.success(request, _("%(plan)s is on offer again.") % {"plan": plan})
    return redirect("plans:list", request.account.slug)


@selling(Act.EDIT_PLANS)
@require_POST
def delete(request: MemberRequest, plan_id: int) -> HttpResponse:
    plan = access.get_plan(request.account, plan_id)
    services.delete_plan(plan=plan, actor=request.actor)
    messages.success(request, _("%(plan)s is gone.") % {"plan": plan})
    return redirect("plans:list", request.account.slug)
