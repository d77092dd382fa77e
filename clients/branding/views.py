"""The page on which a reseller chooses how it appears to its clients."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, selling
from accounts.roles import Act
from clients.branding import services
from clients.branding.forms import BrandForm, LogoForm
from clients.branding.preview import preview as preview_of


@selling(Act.EDIT_BRAND)
def brand(request: MemberRequest) -> HttpResponse:
    form = BrandForm(request.POST or None, branding=services.branding_of(request.account))
    if request.method == "POST" and form.is_valid():
        services.change_brand(account=request.account, looks=form.cleaned_data, actor=request.actor)
        messages.success(request, _("Saved."))
        return redirect("branding:brand", request.account.slug)
    return _page(request, form=form)


def _page(
    request: MemberRequest, form: BrandForm | None = None, logo_form: LogoForm | None = None
) -> HttpResponse:
    branding = services.branding_of(request.account)
    form = form or BrandForm(branding=branding)
    logo_form = logo_form or LogoForm()
    context = {
        "branding": branding,
        "form": form,
        "logo_form": logo_form,
        **preview_of(branding, {field.name: field.value() for field in form}),
    }
    status = 422 if form.errors or logo_form.errors else 200
    return render(request, "clients/brand.html", context, status=status)


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
