from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from notifications.models import Alert, Delivery


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "account", "kind", "title")
    list_select_related = ("account",)
    ordering = ("-id",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("alert", "address", "due_at", "sent_at", "attempts", "last_error")
    list_select_related = ("alert",)
    search_fields = ("address",)
    ordering = ("-id",)
