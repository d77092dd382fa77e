"""The owner of a new client is asked in: again, at another address, or not any more."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import access as accounts_access
from accounts.http import MemberRequest, selling
from accounts.roles import Act
from accounts.services import withdraw_invitation
from clients import services
from clients.forms import OwnerForm
from clients.views.clients import page_of
from plans import access


@selling(Act.EDIT_CLIENTS)
@require_POST
def invite(request: MemberRequest, client_id: UUID) -> HttpResponse:
    client = access.get_client(request.account, client_id)
    form = OwnerForm(request.POST)
    if not form.is_valid():
        context = {**page_of(client, request.membership), "owner_form": form}
        return render(request, "clients/detail.html", context, status=422)
    invitation = services.invite_owner(
        client=client, email=form.cleaned_data["email"],
        actor=services.inside_of(request.actor, request.account, client),
    )  # fmt: skip
    messages.success(request, _("%(email)s has mail from us now.") % {"email": invitation.email})
    return redirect("clients:detail", request.account.slug, client.pk)


@selling(Act.EDIT_CLIENTS)
@require_POST
def withdraw(request: MemberRequest, client_id: UUID, invitation_id: UUID) -> HttpResponse:
    client = access.get_client(request.account, client_id)
    invitation = accounts_access.get_invitation(client, invitation_id)
    withdraw_invitation(
        invitation=invitation, actor=services.inside_of(request.actor, request.account, client)
    )
    messages.success(
        request, _("The link that %(email)s has leads nowhere now.") % {"email": invitation.email}
    )
    return redirect("clients:detail", request.account.slug, client.pk)
