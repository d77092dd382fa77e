"""A reseller suspends and resumes a domain of a client."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import SuspensionForm
from accounts.http import MemberRequest, hosting, visiting
from accounts.roles import Act
from domains import access, services
from domains.views.domains import page_of


@hosting(Act.EDIT_CLIENTS)
@require_POST
@visiting
def suspend(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    form = SuspensionForm(request.POST)
    if not form.is_valid():
        context = {**page_of(domain), "suspension_form": form}
        return render(request, "domains/detail.html", context, status=422)
    services.suspend_domain(domain=domain, **form.cleaned_data, actor=request.actor)
    messages.success(request, _("%(domain)s is suspended.") % {"domain": domain})
    return redirect(domain)


@hosting(Act.EDIT_CLIENTS)
@require_POST
@visiting
def resume(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    services.resume_domain(domain=domain, actor=request.actor)
    messages.success(request, _("Your suspension of %(domain)s has ended.") % {"domain": domain})
    return redirect(domain)
