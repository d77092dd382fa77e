"""A reseller gives a client another plan: what it means is shown before."""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.http import MemberRequest, selling
from accounts.roles import Act
from plans import access, moving
from plans.forms import MoveForm


@selling(Act.EDIT_CLIENTS)
def move(request: MemberRequest, client_id: UUID) -> HttpResponse:
    """Choose with ?plan=, look at what it would mean, and post it."""
    client = access.get_client(request.account, client_id)
    form = MoveForm(request.POST or request.GET or None, account=client)
    chosen = form.cleaned_data["plan"] if form.is_valid() else None
    refused = None
    if request.method == "POST" and chosen:
        try:
            moving.move(
                account=client, plan=chosen, block_excess=form.cleaned_data["block_excess"],
                actor=replace(request.actor, account=client, reseller=request.account.name),
            )  # fmt: skip
        except moving.DoesNotFit as error:
            refused = error
        else:
            sentence = _("%(client)s has the plan %(plan)s now.")
            messages.success(request, sentence % {"client": client, "plan": chosen})
            return redirect("clients:detail", request.account.slug, client.pk)
    found = refused.preview if refused else chosen and moving.preview(client, chosen)
    context = {
        "form": form,
        "client": client,
        "preview": found,
        "refused": refused,
        "currency": settings.CURRENCY,
    }
    status = 422 if refused or (request.method == "POST" and form.errors) else 200
    return render(request, "plans/move.html", context, status=status)
