from django.contrib import admin

from accounts.admin.base import BY_ACCOUNT, ReadOnlyAdmin, by_choice
from mailboxes.imports.models import ImportJob


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin):
    """The newest first."""

    list_display = (
        "file_name",
        "account",
        "kind",
        "status",
        "read_lines",
        "created_at",
        "ended_at",
    )
    list_filter = (by_choice("status"), BY_ACCOUNT)
    list_select_related = ("account",)
    exclude = ("claim",)
    ordering = ("-created_at", "-id")
