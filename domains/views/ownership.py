"""Proof of ownership by a mailed code: have it sent, then type it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from domains import access, ownership
from domains.forms import CodeForm, CodeRequestForm
from domains.models import Domain
from domains.views.domains import page_of


@hosting(Act.EDIT_DOMAINS)
@require_POST
def send_code(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    form = CodeRequestForm(request.POST, domain=domain)
    if not form.is_valid():
        return _again(request, domain, code_request_form=form)
    local_part = form.cleaned_data["local_part"]
    ownership.send_code(domain=domain, local_part=local_part, actor=request.actor)
    messages.success(
        request,
        _("A code is on its way to %(address)s.") % {"address": f"{local_part}@{domain}"},
    )
    return redirect(domain)


@hosting(Act.EDIT_DOMAINS)
@require_POST
def enter_code(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _again(request, domain, code_form=form)
    try:
        ownership.enter_code(domain=domain, code=form.cleaned_data["code"], actor=request.actor)
    except ownership.WrongCode as error:
        form.add_error("code", str(error))
        return _again(request, domain, code_form=form)
    messages.success(request, _("%(domain)s is yours. It is active now.") % {"domain": domain})
    return redirect(domain)


def _again(request: MemberRequest, domain: Domain, **forms: object) -> HttpResponse:
    context = {**page_of(domain), **forms}
    return render(request, "domains/detail.html", context, status=422)
