from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from domains import access, cnames, renewal


@hosting(Act.EDIT_DOMAINS)
@require_POST
def renew(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    key = renewal.begin(domain=domain, actor=request.actor)
    if key.target:
        words = _("The key that stands by signs as soon as a check has found its record.")
    else:
        words = _("The next key is made. Publish the record %(name)s; it signs once that is found.")
    messages.success(request, words % {"name": key.host})
    return redirect(domain)


@hosting(Act.EDIT_DOMAINS)
@require_POST
def keep(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    renewal.give_up(domain=domain, actor=request.actor)
    messages.success(request, _("Mail is signed with the present key, as before."))
    return redirect(domain)


@hosting(Act.EDIT_DOMAINS)
@require_POST
def choose_cnames(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    cnames.choose(domain=domain, actor=request.actor)
    messages.success(
        request, _("Publish the two CNAME records. Once both are found, keys renew by themselves.")
    )
    return redirect(domain)


@hosting(Act.EDIT_DOMAINS)
@require_POST
def leave_cnames(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    key = cnames.leave(domain=domain, actor=request.actor)
    words = _("Publish the record %(name)s, and leave the CNAME records until it is found.")
    messages.success(request, words % {"name": key.host})
    return redirect(domain)
