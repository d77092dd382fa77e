from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from accounts.room import Countable
from accounts.shares import share_of
from domains import limits, names
from domains.models import Domain
from kuploy.errors import Refused
from kuploy.paging import paginate
from mailboxes import access, services
from mailboxes.forms import AliasEditForm, AliasForm
from mailboxes.models import Alias


@hosting(Act.LOOK)
def index(request: MemberRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    found = Alias.objects.visible_to(request.membership)
    context = {
        "page": paginate(found, "address", request.GET, names.searchable(query)),
        "query": query,
    }
    template = "aliases/index.html#list" if request.htmx else "aliases/index.html"
    return render(request, template, context)


@hosting(Act.EDIT_ALIASES)
def add(request: MemberRequest) -> HttpResponse:
    domains = Domain.objects.visible_to(request.membership)
    initial = {"domain": request.GET.get("domain", "")}
    form = AliasForm(request.POST or None, initial=initial, domains=domains)
    if request.method == "POST" and form.is_valid():
        try:
            alias = services.create_alias(**form.cleaned_data, actor=request.actor)
        except Refused as error:
            form.add_error("local_part", str(error))
        else:
            messages.success(request, _("%(address)s is ready.") % {"address": alias})
            return redirect("mailboxes:aliases", request.account.slug)
    form.offer_domains(follow=request.path)
    context = {
        "form": form,
        "share": share_of(request.account, Countable.ALIAS),
        "here": form.shown and limits.alias_room(form.shown),
    }
    template = "aliases/add.html#place" if request.htmx else "aliases/add.html"
    return render(request, template, context, status=422 if form.errors else 200)


@hosting(Act.EDIT_ALIASES)
def edit(request: MemberRequest, alias_id: UUID) -> HttpResponse:
    alias = access.get_alias(request.membership, alias_id)
    initial = {"targets": "\n".join(alias.targets)}
    form = AliasEditForm(request.POST or None, initial=initial, address=alias.address)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_alias(alias=alias, **form.cleaned_data, actor=request.actor)
        except Refused as error:
            form.add_error("targets", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("mailboxes:aliases", request.account.slug)
    context = {"form": form, "alias": alias}
    return render(request, "aliases/edit.html", context, status=422 if form.errors else 200)


@hosting(Act.EDIT_ALIASES)
@require_POST
def delete(request: MemberRequest, alias_id: UUID) -> HttpResponse:
    alias = access.get_alias(request.membership, alias_id)
    services.delete_alias(alias=alias, actor=request.actor)
    messages.success(request, _("%(address)s is gone.") % {"address": alias})
    return redirect("mailboxes:aliases", request.account.slug)
