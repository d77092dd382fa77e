"""What a domain allows: for its owner, and for the reseller above."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from domains import access, bounding, limits
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes.bands import say_bands
from mailboxes.limit_forms import LimitsForm, ResellerLimitsForm


@hosting(Act.LIMIT_DOMAINS)
def limit_domain(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = _get(request, domain_id)
    form = LimitsForm(request.POST or None, domain=domain)
    if form.is_valid():
        try:
            bounding.limit_domain(domain=domain, **form.cleaned_data, actor=request.actor)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. It counts from the next mailbox on."))
            return redirect(domain)
    return _page(request, domain, own=form)


@hosting(Act.LIMIT_DOMAINS)
@require_POST
def limit_domain_as_reseller(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = _get(request, domain_id)
    form = ResellerLimitsForm(request.POST, domain=domain)
    if form.is_valid():
        try:
            bounding.limit_domain_as_reseller(
                domain=domain, **form.cleaned_data, actor=request.actor
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. Nobody in the account can go beyond it."))
            return redirect(domain)
    return _page(request, domain, of_reseller=form)


def _get(request: MemberRequest, domain_id: UUID) -> Domain:
    domain = access.get_domain_for_work(request.membership, domain_id)
    if domain.alias_of_id:
        raise PermissionDenied(_("An alias domain has no mailboxes of its own to limit."))
    return domain


def _page(
    request: MemberRequest,
    domain: Domain,
    own: LimitsForm | None = None,
    of_reseller: ResellerLimitsForm | None = None,
) -> HttpResponse:
    sent = own if own and own.is_bound else of_reseller
    own = own or LimitsForm(domain=domain)
    say_bands(own, request.membership, "default_size_bytes")
    largest = domain.reseller_largest_size_bytes
    context = {
        "domain": domain,
        "own_form": own,
        "reseller_form": of_reseller or ResellerLimitsForm(domain=domain),
        "room": limits.mailbox_room(domain),
        "reseller_limited": any(getattr(domain, name) is not None for name in bounding.OF_RESELLER),
        "reseller_largest": largest and limits.in_words(largest),
    }
    status = 422 if sent and sent.errors else 200
    return render(request, "domains/limits.html", context, status=status)
