"""The page on which a reseller chooses how it appears to its clients."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, selling
from accounts.models import Branding
from accounts.roles import Act
from clients.branding import services
from clients.branding.forms import BrandForm, HostForm, LogoForm
from clients.branding.preview import preview as preview_of
from clients.branding.records import records_of


@selling(Act.EDIT_BRAND)
def brand(request: MemberRequest) -> HttpResponse:
    form = BrandForm(request.POST or None, branding=services.branding_of(request.account))
    if request.method == "POST" and form.is_valid():
        services.change_brand(account=request.account, looks=form.cleaned_data, actor=request.actor)
        messages.success(request, _("Saved."))
        return redirect("branding:brand", request.account.slug)
    return _page(request, form=form)


def _page(
    request: MemberRequest,
    form: BrandForm | None = None,
    logo_form: LogoForm | None = None,
    host_form: HostForm | None = None,
) -> HttpResponse:
    branding = services.branding_of(request.account)
    form = form or BrandForm(branding=branding)
    logo_form = logo_form or LogoForm()
    context = {
        "branding": branding,
        "form": form,
        "logo_form": logo_form,
        **preview_of(branding, {field.name: field.value() for field in form}),
        **_host_part(branding, host_form),
    }
    wrong = form.errors or logo_form.errors or (host_form and host_form.errors)
    return render(request, "clients/brand.html", context, status=422 if wrong else 200)


def _host_part(branding: Branding, form: HostForm | None = None) -> dict[str, object]:
    return {
        "branding": branding,
        "host_form": form or HostForm(initial={"host": branding.wanted_host}),
        "records": records_of(branding),
    }


@selling(Act.EDIT_BRAND)
@require_POST
def preview(request: MemberRequest) -> HttpResponse:
    """Drawn again while somebody types; nothing is saved."""
    context = preview_of(services.branding_of(request.account), request.POST.dict())
    return render(request, "clients/brand_preview.html", context)


@selling(Act.EDIT_BRAND)
@require_POST
def logo(request: MemberRequest) -> HttpResponse:
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        picture = form.cleaned_data["logo"]
        services.set_logo(account=request.account, picture=picture, actor=request.actor)
        return _logo_changed(request, _("The logo is in place."))
    if not request.htmx:
        return _page(request, logo_form=form)
    context = {"branding": services.branding_of(request.account), "logo_form": form}
    return render(request, "clients/brand.html#logo", context, status=422)


@selling(Act.EDIT_BRAND)
@require_POST
def remove_logo(request: MemberRequest) -> HttpResponse:
    services.remove_logo(account=request.account, actor=request.actor)
    return _logo_changed(request, _("The logo is gone."))


def _logo_changed(request: MemberRequest, sentence: str) -> HttpResponse:
    """To HTMX its part of the page alone: what is typed beside it is not lost."""
    if not request.htmx:
        messages.success(request, sentence)
        return redirect("branding:brand", request.account.slug)
    request.account.refresh_from_db()
    branding = services.branding_of(request.account)
    context = {"branding": branding, "logo_form": LogoForm(), "spoken": sentence}
    response = render(request, "clients/brand.html#logo", context)
    # The preview shows the logo too.
    response["HX-Trigger-After-Settle"] = "logo-changed"
    return response


@selling(Act.EDIT_BRAND)
@require_POST
def host(request: MemberRequest) -> HttpResponse:
    form = HostForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["host"]
        services.want_host(account=request.account, host=name, actor=request.actor)
    elif not request.htmx:
        return _page(request, host_form=form)
    return _host_changed(request, form if form.errors else None)


@selling(Act.EDIT_BRAND)
def host_status(request: MemberRequest) -> HttpResponse:
    """The part of the page that follows a running check."""
    branding = services.branding_of(request.account)
    return render(request, "clients/brand_host.html", _host_part(branding))


@selling(Act.EDIT_BRAND)
@require_POST
def verify_host(request: MemberRequest) -> HttpResponse:
    services.request_check(account=request.account, actor=request.actor)
    return _host_changed(request)


@selling(Act.EDIT_BRAND)
@require_POST
def give_up_host(request: MemberRequest) -> HttpResponse:
    services.give_up_host(account=request.account, actor=request.actor)
    return _host_changed(request)


def _host_changed(request: MemberRequest, form: HostForm | None = None) -> HttpResponse:
    if not request.htmx:
        return redirect("branding:brand", request.account.slug)
    request.account.refresh_from_db()
    context = _host_part(services.branding_of(request.account), form)
    return render(request, "clients/brand_host.html", context, status=422 if form else 200)
