from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from domains import access, renewal


@hosting(Act.EDIT_DOMAINS)
@require_POST
def renew(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    key = renewal.begin(domain=domain, actor=request.actor)
    messages.success(
        request,
        _("The next key is made. Publish the record %(name)s; it signs once that is found.")
        % {"name": f"{key.selector}._domainkey"},
    )
    return redirect(domain)


@hosting(Act.EDIT_DOMAINS)
@require_POST
def keep(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    renewal.give_up(domain=domain, actor=request.actor)
    messages.success(request, _("Mail is signed with the present key, as before."))
    return redirect(domain)
