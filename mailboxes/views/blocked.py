from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from mailboxes import blocking


@hosting(Act.BRING_BACK)
@require_POST
def bring_back(request: MemberRequest) -> HttpResponse:
    """By hand: as many blocked mailboxes as there is room for, the oldest first."""
    number = blocking.bring_back(account=request.account, actor=request.actor)
    sentence = ngettext(
        "%(number)d mailbox is back, the oldest one.",
        "%(number)d mailboxes are back, the oldest ones.",
        number,
    )
    messages.success(request, sentence % {"number": number})
    return redirect("accounts:plan", request.account.slug)
