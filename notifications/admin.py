from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from notifications.models import Alert, Channel, Delivery


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "account", "kind", "title")
    list_select_related = ("account",)
    ordering = ("-id",)


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    """Without the address: a webhook's URL may hold a secret of the customer."""

    list_display = ("account", "transport", "state", "failing_since", "created_at")
    list_select_related = ("account",)
    exclude = (
        "address",
        "secret_encrypted",
        "previous_secret_encrypted",
        "previous_secret_until",
    )
    ordering = ("-created_at",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "alert", "due_at", "sent_at", "attempt_count", "outcome")
    list_select_related = ("alert",)
    search_fields = ("code",)
    ordering = ("-id",)
