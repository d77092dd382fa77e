from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin import suspension
from accounts.admin.base import BY_ACCOUNT, LateFilter, ReadOnlyAdmin, by_choice, holding, links
from accounts.admin.many import Many, many
from accounts.audit import Actor
from domains import services
from domains.models import Domain
from kuploy.figures import list_of


def _check(domain: Domain, actor: Actor) -> None:
    services.request_check(domain=domain, actor=actor)


class RecordsFilter(admin.SimpleListFilter):
    """What the provider should look at: hosted here, and its DNS records are not right."""

    title = _("DNS records")
    parameter_name = "records"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("broken", _("Broken"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.broken() if self.value() else queryset


@admin.register(Domain)
class DomainAdmin(ReadOnlyAdmin):
    list_display = (
        "name", "account", "status", suspension.suspended, "local", "healthy", "mailbox_count",
        "checked_at",
    )  # fmt: skip
    list_filter = (
        by_choice("status"), suspension.SuspensionFilter, RecordsFilter, LateFilter, BY_ACCOUNT,
    )  # fmt: skip
    list_select_related = ("account",)
    search_fields = ("name",)
    search_help_text = _("Part of a name")
    ordering = ("name", "pk")
    fields = (
        "name", "account", "alias_of", "status", *suspension.FIELDS, "holds", "records",
        "proved_at", "mx_here", "deliver_here", "local", "catch_all", "checked_at",
        "next_check_at", "created_at",
    )  # fmt: skip
    actions = many(
        *suspension.acts("domain", services.suspend_domain, services.resume_domain),
        Many("check_again", _("Check DNS again"), _check),
    )

    def find(self, term: str) -> Q:
        return holding("name", term.lower())

    @admin.display(description=_("holds"))
    def holds(self, domain: Domain) -> str:
        counted = (
            (_("Mailboxes"), "mailboxes_mailbox", domain.mailbox_count),
            (_("Aliases"), "mailboxes_alias", domain.alias_count),
        )
        return links(
            (f"{words}: {count}", list_of(name, q=f"@{domain.name}"))
            for words, name, count in counted
        )

    @admin.display(description=_("DNS records"))
    def records(self, domain: Domain) -> str:
        """As of the last look-ups."""
        found = domain.record_checks.order_by("kind")
        return format_html_join(
            "", "<p>{}: {}. {}</p>",
            ((check.get_kind_display(), check.state, check.sentence) for check in found),
        )  # fmt: skip
