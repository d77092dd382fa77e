"""What a person was told: the list, and what was read."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, member
from accounts.roles import Act
from kuploy.paging import paginate
from notifications import access, reading
from notifications.links import links
from notifications.models import KINDS, Notice

UNREAD = "unread"
PAGE_SIZE = 25  # each is as tall as four rows of a table


@member(Act.CHOOSE_NOTICES)
def index(request: MemberRequest) -> HttpResponse:
    if request.membership.as_reseller:
        return redirect("notifications:list", request.account.reseller.slug)  # type: ignore[union-attr]
    notices = access.get_panel(request.membership).notices.select_related("alert__account")
    kind, show = request.GET.get("kind", ""), request.GET.get("show", "")
    if kind in dict(KINDS):
        notices = notices.filter(kind=kind)
    if show == UNREAD:
        notices = notices.unread()
    page = paginate(notices, "-alert_id", request.GET, size=PAGE_SIZE)
    context = {
        "page": page,
        "rows": _with_links(request, page.rows),
        "kind": kind,
        "show": show,
        "kinds": [("", _("Any kind")), *KINDS],
        "shows": [("", _("Read and unread")), (UNREAD, _("Unread only"))],
    }
    template = "notifications/index.html#list" if request.htmx else "notifications/index.html"
    return render(request, template, context)


def _with_links(request: MemberRequest, notices: Sequence[Notice]) -> list[tuple[Notice, str]]:
    leading = links([notice.alert for notice in notices], request.membership)
    return [(notice, leading.get(notice.alert_id, "")) for notice in notices]


@member(Act.CHOOSE_NOTICES)
@require_POST
def follow(request: MemberRequest) -> HttpResponse:
    """On to what it is about; it counts as read."""
    notice = access.get_notice(request.membership, request.POST.get("notice", ""))
    reading.mark_read(notice)
    leading = links([notice.alert], request.membership)
    if notice.alert_id not in leading:
        return redirect("notifications:list", request.account.slug)
    return redirect(leading[notice.alert_id])


@member(Act.CHOOSE_NOTICES)
@require_POST
def read(request: MemberRequest) -> HttpResponse:
    notice = access.get_notice(request.membership, request.POST.get("notice", ""))
    reading.mark_read(notice)
    if not request.htmx:
        return redirect("notifications:list", request.account.slug)
    notice.refresh_from_db(fields=["read_at"])
    [(notice, link)] = _with_links(request, [notice])
    return render(request, "notifications/index.html#read", {"notice": notice, "link": link})


@member(Act.CHOOSE_NOTICES)
@require_POST
def read_all(request: MemberRequest) -> HttpResponse:
    panel = access.get_panel(request.membership)
    newest, kind = request.POST.get("newest", ""), request.POST.get("kind", "")
    if not newest.isascii() or not newest.isdecimal() or len(newest) > 18:
        raise Http404
    if kind and kind not in dict(KINDS):
        raise Http404
    marked = reading.mark_all_read(panel, up_to=int(newest), kind=kind)
    messages.success(
        request,
        ngettext("%(count)d is marked as read.", "%(count)d are marked as read.", marked)
        % {"count": marked},
    )
    return redirect("notifications:list", request.account.slug)
