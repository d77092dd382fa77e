from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from mailboxes.models import Alias, HostJob, Mailbox


@admin.register(Mailbox)
class MailboxAdmin(ReadOnlyAdmin):
    list_display = ("address", "account", "state", "quota_bytes", "host", "created_at")
    list_filter = ("state",)
    list_select_related = ("account",)
    search_fields = ("address",)
    exclude = ("password_hash", "sieve_script")
    ordering = ("address",)


@admin.register(Alias)
class AliasAdmin(ReadOnlyAdmin):
    list_display = ("address", "account", "targets")
    list_select_related = ("account",)
    search_fields = ("address",)
    ordering = ("address",)


@admin.register(HostJob)
class HostJobAdmin(ReadOnlyAdmin):
    list_display = ("kind", "address", "host", "attempts", "due_at", "last_error")
    search_fields = ("address",)
    ordering = ("due_at",)
