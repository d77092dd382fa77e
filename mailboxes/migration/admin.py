from django.contrib import admin

from accounts.admin.base import BY_ACCOUNT, ReadOnlyAdmin, by_choice
from mailboxes.migration.models import MigrationJob, MigrationMailbox


@admin.register(MigrationJob)
class MigrationJobAdmin(ReadOnlyAdmin):
    """The newest first."""

    list_display = ("host", "account", "step", "created_at")
    list_filter = (by_choice("step"), BY_ACCOUNT)
    list_select_related = ("account",)
    exclude = ("master_password",)


@admin.register(MigrationMailbox)
class MigrationMailboxAdmin(ReadOnlyAdmin):
    """The newest first. How Dovecot gets to the other server is shown to nobody."""

    list_display = (
        "address", "job", "step", "state", "attempts", "last_error", "started_at", "ended_at",
    )  # fmt: skip
    list_filter = (by_choice("state"),)
    list_select_related = ("job",)
    exclude = ("password", "run_key", "door_port", "door_key")
