from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from domains import access, records, services
from domains.connect import links, template
from domains.models import Domain
from kuploy.errors import Refused


@hosting(Act.CHECK_DNS)
def connect(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    """What the domain's DNS provider will be asked for, and the way there and back."""
    domain = access.get_domain_for_work(request.membership, domain_id)
    if state := request.GET.get("state"):
        return _back(request, domain, state)
    rows = records.to_publish(domain)
    if domain.may_prove:
        rows = records.for_proof(domain) + rows
    provider = links.provider_of(domain, rows)
    groups = template.groups_of(rows)
    offers_mx, groups = template.MX in groups, _chosen(request, groups)
    back = request.build_absolute_uri(request.path)
    context = {
        "domain": domain,
        "provider": provider,
        "records": template.rows_of(rows, groups),
        "offers_mx": offers_mx,
        "asks_mx": template.MX in groups,
        "link": links.link_to(provider, groups, back) if provider and provider.url else "",
    }
    return render(request, "domains/connect.html", context)


def _chosen(request: MemberRequest, groups: list[str]) -> list[str]:
    """Whoever prepares a move leaves the mail where it is."""
    without = template.MX if "without-mx" in request.GET else ""
    return [group for group in groups if group != without]


def _back(request: MemberRequest, domain: Domain, state: str) -> HttpResponse:
    """Whatever the provider says has happened: the DNS tells what is so."""
    if not links.has_come_back(domain, state):
        return redirect(domain)
    try:
        services.request_check(domain=domain, actor=request.actor)
    except Refused as error:  # asked for moments ago
        messages.info(request, str(error))
        return redirect(domain)
    if "error" in request.GET:
        words = _("Your DNS provider did not set everything up. We look at what is there.")
        messages.warning(request, words)
    else:
        words = _("We look for your records now. Some providers take a few minutes.")
        messages.success(request, words)
    return redirect(domain)
