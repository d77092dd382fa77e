"""A client is suspended, step by step, and resumed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import SuspensionForm
from accounts.http import MemberRequest, selling
from accounts.roles import Act
from clients.services import inside_of
from clients.views.clients import page_of
from kuploy.errors import Refused
from mailboxes.suspension import resume_account, suspend_account
from plans import access


@selling(Act.EDIT_CLIENTS)
@require_POST
def suspend(request: MemberRequest, client_id: UUID) -> HttpResponse:
    """Or move what was placed before up or down."""
    client = access.get_client(request.account, client_id)
    form = SuspensionForm(request.POST)
    if form.is_valid():
        try:
            suspend_account(
                account=client, **form.cleaned_data,
                actor=inside_of(request.actor, request.account, client),
            )  # fmt: skip
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(client)s is suspended.") % {"client": client})
            return redirect("clients:detail", request.account.slug, client.pk)
    context = {**page_of(client, request.membership), "suspension_form": form}
    return render(request, "clients/detail.html", context, status=422)


@selling(Act.EDIT_CLIENTS)
@require_POST
def resume(request: MemberRequest, client_id: UUID) -> HttpResponse:
    client = access.get_client(request.account, client_id)
    actor = inside_of(request.actor, request.account, client)
    resume_account(account=client, actor=actor)
    client.refresh_from_db(fields=["suspension"])
    if client.suspension:
        sentence = _("Your suspension of %(client)s has ended. That of the provider stays.")
    else:
        sentence = _("%(client)s is not suspended any more.")
    messages.success(request, sentence % {"client": client})
    return redirect("clients:detail", request.account.slug, client.pk)
