"""The tokens by which programs use the API."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import access, tokens
from accounts.http import MemberRequest, automating
from accounts.roles import Act
from accounts.token_form import TokenForm
from kuploy.errors import Refused


@automating(Act.EDIT_TOKENS)
def index(request: MemberRequest) -> HttpResponse:
    return _list(request)


def _list(request: MemberRequest, secret: str = "") -> HttpResponse:
    made = request.account.tokens.with_maker_role().select_related("user")
    context = {
        "tokens": made.order_by("-created_at", "pk"),
        "most": tokens.TOKENS_PER_ACCOUNT,
        "secret": secret,
    }
    return render(request, "accounts/tokens.html", context)


@automating(Act.EDIT_TOKENS)
@never_cache
def add(request: MemberRequest) -> HttpResponse:
    form = TokenForm(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = tokens.make_token(
                account=request.account, maker=request.membership.user, actor=request.actor,
                **form.choice(),
            )  # fmt: skip
        except tokens.MadeAlready:
            return redirect("accounts:tokens", request.account.slug)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            # In this one answer, and nowhere else.
            return _list(request, secret)
    status = 422 if form.errors else 200
    return render(request, "accounts/add_token.html", {"form": form}, status=status)


@automating(Act.EDIT_TOKENS)
@require_POST
def revoke(request: MemberRequest, token_id: UUID) -> HttpResponse:
    token = access.get_token(request.account, token_id)
    tokens.revoke_token(token=token, actor=request.actor)
    messages.success(request, _("%(token)s opens nothing any more.") % {"token": token})
    return redirect("accounts:tokens", request.account.slug)
