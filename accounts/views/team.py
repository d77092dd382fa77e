"""Who is in the account, and with which role."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import access, services
from accounts.forms import InvitationForm, SeatForm
from accounts.http import MemberRequest, member
from accounts.models import Membership
from accounts.roles import Act


@member(Act.EDIT_TEAM)
def team(request: MemberRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid():
        invitation = services.invite(
            account=request.account,
            email=form.cleaned_data["email"],
            role=form.cleaned_data["role"],
            domain_ids=form.cleaned_data["domains"],
            actor=request.actor,
        )
        messages.success(request, _("%(email)s gets mail from us.") % {"email": invitation.email})
        return redirect("accounts:team", request.account.slug)
    context = {
        "form": form,
        "seats": request.account.memberships.select_related("user").order_by("-role", "pk"),
        "invitations": request.account.invitations.open().order_by("email"),
    }
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)


@member(Act.EDIT_TEAM)
def edit_seat(request: MemberRequest, seat_id: int) -> HttpResponse:
    seat = access.get_seat(request.account, seat_id)
    form = SeatForm(request.POST or None, account=request.account, initial=_initial(seat))
    if request.method == "POST" and form.is_valid():
        services.change_role(
            membership=seat,
            role=form.cleaned_data["role"],
            domain_ids=form.cleaned_data["domains"],
            actor=request.actor,
        )
        messages.success(request, _("Saved."))
        return redirect("accounts:team", request.account.slug)
    context = {"form": form, "seat": seat}
    return render(request, "accounts/seat.html", context, status=422 if form.errors else 200)


def _initial(seat: Membership) -> dict[str, object]:
    names = seat.account.domains.filter(pk__in=seat.domain_ids).values_list("name", flat=True)
    return {"role": seat.role, "domains": "\n".join(names)}


@member(Act.EDIT_TEAM)
@require_POST
def remove_seat(request: MemberRequest, seat_id: int) -> HttpResponse:
    seat = access.get_seat(request.account, seat_id)
    services.remove_member(membership=seat, actor=request.actor)
    messages.success(request, _("%(person)s is out.") % {"person": seat.user.email})
    if seat.user_id == request.user.pk:
        return redirect("home")
    return redirect("accounts:team", request.account.slug)


@member(Act.EDIT_TEAM)
@require_POST
def withdraw_invitation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    invitation = access.get_invitation(request.account, invitation_id)
    services.withdraw_invitation(invitation=invitation, actor=request.actor)
    return redirect("accounts:team", request.account.slug)
