from django.contrib import admin
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from quotas.models import Usage


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
