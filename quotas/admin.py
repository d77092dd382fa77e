from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from quotas.models import Filling, HostTotal, Usage


@admin.register(Usage)
class UsageAdmin(ReadOnlyAdmin):
    """What Dovecot says of each mailbox."""

    list_display = ("username", "space", "messages", "updated_at")
    readonly_fields = ("space",)
    exclude = ("bytes",)
    search_fields = ("username",)
    search_help_text = _("Beginning of an address")
    ordering = ("username",)

    def find(self, term: str) -> Q:
        return Q(username__startswith=term.lower())

    @admin.display(description=_("in use"))
    def space(self, usage: Usage) -> str:
        return filesizeformat(usage.bytes)


class LevelFilter(admin.SimpleListFilter):
    title = _("level")
    parameter_name = "level"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("95", _("Over 95 %")), ("100", _("Full"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Over 80 at least: fewer stand in no index."""
        return queryset.over({"95": 95, "100": 100}.get(self.value() or "", 80))


@admin.register(Filling)
class FillingAdmin(ReadOnlyAdmin):
    """Account by account: that is how they stand in their index."""

    list_display = ("address", "percent", "level", "state")
    list_filter = (LevelFilter,)
    ordering = ("account_id", "address")


@admin.register(HostTotal)
class HostTotalAdmin(ReadOnlyAdmin):
    list_display = ("host", "mailboxes", "space", "sold", "summed_at")
    readonly_fields = ("space", "sold")
    exclude = ("bytes", "sold_bytes")
    ordering = ("host",)

    @admin.display(description=_("in use"))
    def space(self, total: HostTotal) -> str:
        return filesizeformat(total.bytes)

    @admin.display(description=_("sold"))
    def sold(self, total: HostTotal) -> str:
        return filesizeformat(total.sold_bytes)
