"""What resellers and customers pay the provider, month by month."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts.admin.base import ReadOnlyAdmin
from kuploy.paging import paginate
from plans.billing import sheets
from plans.billing.months import Month, chosen_month
from plans.billing.payers import lines_of, page_of_payers
from plans.models import Snapshot


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    """Not the snapshots themselves: what they come to."""

    def get_urls(self) -> list[URLPattern]:
        sheet = self.admin_site.admin_view(self.sheet)
        return [path("sheet/", sheet, name="plans_snapshot_sheet"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All who pay; or, with ?payer=, the accounts that one of them pays for."""
        self._check(request)
        chosen, payer = chosen_month(request), request.GET.get("payer", "")
        context = {
            **self.admin_site.each_context(request),
            **chosen,
            "title": _("Billing"),
            "opts": self.opts,
            "query": request.GET.get("q", ""),
            "payer": payer,
            **(
                _accounts(request, chosen["month"], payer)
                if payer
                else _payers(request, chosen["month"])
            ),
        }
        return TemplateResponse(request, "admin/billing.html", context)

    def sheet(self, request: HttpRequest) -> HttpResponseBase:
        """Every line of the month."""
        self._check(request)
        month = chosen_month(request)["month"]
        return sheets.respond(lines_of(month), sheets.OF_PROVIDER, month, "all")

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def _payers(request: HttpRequest, month: Month) -> dict[str, object]:
    page, payers = page_of_payers(month, request.GET)
    return {"page": page, "payers": payers}


def _accounts(request: HttpRequest, month: Month, payer: str) -> dict[str, object]:
    there = Snapshot.objects.filter(month=month.first, payer_slug=payer).distinct("account_slug")
    page = paginate(there, "account_slug", request.GET)
    lines = lines_of(month).filter(
        payer_slug=payer, account_slug__in=[row.account_slug for row in page.rows]
    )
    return {"page": page, "lines": lines.in_order()}
