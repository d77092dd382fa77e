from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.features import Feature, includes
from accounts.forms import SuspensionForm
from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from accounts.room import Countable
from accounts.shares import share_of
from domains import access, cutover, limits, mta_sts, names, recommended, records, renewal, services
from domains.connect import links
from domains.dns.findings import RECORDS
from domains.forms import (
    CatchAllForm,
    CodeForm,
    CodeRequestForm,
    DomainForm,
    MtaStsForm,
    SpamLevelForm,
)
from domains.models import Domain
from kuploy.errors import Refused
from kuploy.paging import Page, paginate
from quotas.models import Total

# In the list beside the states, though it is none: whatever a domain is, it may be suspended.
SUSPENDED = "suspended"


@hosting(Act.LOOK)
def index(request: MemberRequest) -> HttpResponse:
    domains = Domain.objects.visible_to(request.membership).select_related("alias_of")
    query, status = request.GET.get("q", "").strip(), request.GET.get("status", "")
    if status == SUSPENDED:
        domains = domains.filter(suspension__gt=0)
    elif status in Domain.Status:
        domains = domains.filter(status=status)
    page = paginate(domains, "name", request.GET, names.searchable(query))
    context = {
        "page": page,
        "rows": _with_totals(page),
        "query": query,
        "status": status,
        "statuses": [("", _("Any state")), *Domain.Status.choices, (SUSPENDED, _("Suspended"))],
    }
    template = "domains/index.html#list" if request.htmx else "domains/index.html"
    return render(request, template, context)


def _with_totals(page: Page[Domain]) -> list[tuple[Domain, Total | None]]:
    """Each row with what its mailboxes hold together."""
    totals = Total.objects.in_bulk([domain.pk for domain in page.rows])
    return [(domain, totals.get(domain.pk)) for domain in page.rows]


@hosting(Act.EDIT_DOMAINS)
def add(request: MemberRequest) -> HttpResponse:
    own = Domain.objects.filter(account=request.account)
    form = DomainForm(request.POST or None, domains=own)
    if request.method == "POST" and form.is_valid():
        try:
            domain = services.add_domain(
                account=request.account,
                name=form.cleaned_data["name"],
                alias_of=form.cleaned_data["alias_of"],
                actor=request.actor,
            )
        except Refused as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("%(domain)s is added.") % {"domain": domain})
            return redirect(domain)
    context = {"form": form, "share": share_of(request.account, Countable.DOMAIN)}
    return render(request, "domains/add.html", context, status=422 if form.errors else 200)


@hosting(Act.LOOK)
def detail(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain(request.membership, domain_id)
    return render(request, "domains/detail.html", page_of(domain))


@hosting(Act.LOOK)
def status(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    """The part of the page that follows a running check."""
    domain = access.get_domain(request.membership, domain_id)
    return render(request, "domains/detail.html#status", page_of(domain))


def page_of(domain: Domain) -> dict[str, object]:
    prefetch_related_objects([domain], "dkim_keys", "record_checks")
    rows = records.to_publish(domain)
    proofs = records.for_proof(domain) if domain.may_prove else []
    provider = links.provider_of(domain, proofs + rows)
    return {
        "domain": domain,
        "dns_provider": provider,
        "polls": domain.waiting or (provider and provider.waiting),
        "total": Total.objects.filter(domain_id=domain.pk).first(),
        "records": rows,
        "verified": len({row.kind for row in rows if row.level == "ok"} & RECORDS),
        "offers": recommended.offers(domain),
        "mta_sts_form": MtaStsForm(domain=domain),
        "mta_sts_misleads": mta_sts.misleads(domain),
        "mta_sts_ends": mta_sts.ends(domain),
        "keys": renewal.keys_of(domain),
        "reports": bool(settings.REPORTS_ADDRESS),
        "steps_left": not domain.healthy or not (domain.mailbox_count or domain.alias_of_id),
        "proofs": proofs,
        "code_request_form": CodeRequestForm(domain=domain),
        "code_form": CodeForm(),
        "code": getattr(domain, "ownership_code", None),
        "room": limits.mailbox_room(domain),
        "largest_size": limits.in_words(max(limits.sizes(domain), default=0)),
        "default_size": limits.in_words(limits.default_size(domain) or 0),
        "catches_all": includes(domain.account.plan, Feature.CATCH_ALL),
        "catch_all_form": CatchAllForm(initial={"catch_all": domain.catch_all}),
        "spam_form": SpamLevelForm(initial={"spam_level": domain.spam_level}),
        "suspension_form": SuspensionForm(step=domain.reseller_step, reason=domain.reseller_reason),
        "alias_domains": domain.alias_domains.order_by("name")[:100],
        "rival": _proved_elsewhere(domain),
        "parent": _parent_elsewhere(domain),
    }


def _proved_elsewhere(domain: Domain) -> bool:
    if not domain.may_prove:
        return False
    return Domain.objects.filter(name=domain.name, proved_at__isnull=False).exists()


def _parent_elsewhere(domain: Domain) -> str:
    """The name above this one that another account has proved, if any."""
    above = Domain.objects.filter(name__in=names.parents(domain.name), proved_at__isnull=False)
    found = above.exclude(account=domain.account_id).order_by("-name").first()
    return found.unicode_name if found and domain.may_prove else ""


@hosting(Act.CHECK_DNS)
@require_POST
def verify(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    services.request_check(domain=domain, actor=request.actor)
    if not request.htmx:
        return redirect(domain)
    domain.refresh_from_db()
    return render(request, "domains/detail.html#status", page_of(domain))


@hosting(Act.LOOK)
def zone_file(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain(request.membership, domain_id)
    rows = records.to_publish(domain) + recommended.to_offer(domain)
    if domain.may_prove:
        rows = records.for_proof(domain) + rows
    response = HttpResponse(records.zone_file(rows), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{domain.name}.zone"'
    return response


@hosting(Act.EDIT_DOMAINS)
@require_POST
def deliver_here(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    cutover.set_deliver_here(domain=domain, on="on" in request.POST, actor=request.actor)
    messages.success(request, _("Saved."))
    return redirect(domain)


@hosting(Act.EDIT_DOMAINS)
@require_POST
def spam_filter(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    form = SpamLevelForm(request.POST)
    if not form.is_valid():
        context = {**page_of(domain), "spam_form": form}
        return render(request, "domains/detail.html", context, status=422)
    services.set_spam_level(
        domain=domain, level=form.cleaned_data["spam_level"], actor=request.actor
    )
    messages.success(request, _("Saved. It counts from the next message on."))
    return redirect(domain)


@hosting(Act.EDIT_DOMAINS)
@require_POST
def choose_mta_sts(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    form = MtaStsForm(request.POST, domain=domain)
    if form.is_valid():
        try:
            services.set_mta_sts(
                domain=domain, mode=form.cleaned_data["mta_sts"], actor=request.actor
            )
        except Refused as error:
            form.add_error("mta_sts", str(error))
        else:
            messages.success(request, _("Saved. Other servers learn of it by the record _mta-sts."))
            return redirect(domain)
    context = {**page_of(domain), "mta_sts_form": form}
    return render(request, "domains/detail.html", context, status=422)


@hosting(Act.EDIT_ALIASES)
@require_POST
def catch_all(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = access.get_domain_for_work(request.membership, domain_id)
    form = CatchAllForm(request.POST)
    if not form.is_valid():
        return _with_catch_all(request, domain, form)
    try:
        services.set_catch_all(
            domain=domain, address=form.cleaned_data["catch_all"], actor=request.actor
        )
    except Refused as error:
        form.add_error("catch_all", str(error))
        return _with_catch_all(request, domain, form)
    messages.success(request, _("Saved."))
    return redirect(domain)


def _with_catch_all(request: MemberRequest, domain: Domain, form: CatchAllForm) -> HttpResponse:
    context = {**page_of(domain), "catch_all_form": form}
    return render(request, "domains/detail.html", context, status=422)
