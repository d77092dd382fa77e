from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import BY_ACCOUNT, LateFilter, ReadOnlyAdmin, actor_of, as_id, by_choice
from accounts.admin.many import Many, many
from accounts.audit import Actor
from notifications import webhooks
from notifications.models import Alert, Channel, Delivery

ATTEMPTS_SHOWN = 20


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "account", "kind", "title")
    list_filter = (by_choice("kind"), BY_ACCOUNT)
    list_select_related = ("account",)


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    """Without the address: a webhook's URL may hold a secret of the customer."""

    list_display = ("__str__", "account", "transport", "state", "failing_since", "created_at")
    list_filter = (by_choice("transport"), by_choice("state"), BY_ACCOUNT)
    list_select_related = ("account", "membership__user")
    links_here = ("state__in",)
    fields = (
        "account", "membership", "transport", "state", "muted", "include_clients", "confirmed_at",
        "failing_since", "quiet_until", "claimed_at", "created_at",
    )  # fmt: skip


def _send_again(delivery: Delivery, actor: Actor) -> None:
    webhooks.send_again(delivery=delivery, actor=actor)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[Any, Any]]:
        return list(Delivery.State.choices)

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.in_state(self.value()) if self.value() in Delivery.State else queryset


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at", "alert", "channel", "due_at", "sent_at", "attempt_count", "outcome",
    )  # fmt: skip
    list_filter = (StateFilter, LateFilter)
    list_select_related = ("alert__account", "channel__account", "channel__membership__user")
    fields = (
        "code", "alert", "channel", "created_at", "due_at", "sent_at", "outcome", "attempts",
    )  # fmt: skip
    search_fields = ("code",)
    search_help_text = _("The whole webhook-id")
    actions = many(Many("send_again", _("Send again"), _send_again))

    def find(self, term: str) -> Q:
        code = as_id(term)
        return Q(code=code) if code else Q(pk=None)

    @admin.display(description=_("attempts"))
    def attempts(self, delivery: Delivery) -> str:
        """The last ones, without what a receiver answered: that is the customer's."""
        last = delivery.attempts.order_by("-pk")[:ATTEMPTS_SHOWN]
        return format_html_join(
            "", "<p>{}: {} ({} ms)</p>",
            ((date_format(each.at, "DATETIME_FORMAT"), each.status or each.error,
              each.milliseconds) for each in last),
        )  # fmt: skip

    def actor_for(self, request: HttpRequest, row: Any) -> Actor:
        return actor_of(request, row.channel.account)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Delivery]":
        found: QuerySet[Delivery] = super().get_queryset(request)
        return found.select_related("alert__account", "channel__account")
