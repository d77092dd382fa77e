"""Suspending and resuming many accounts, domains or mailboxes at once."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.many import Many
from accounts.audit import Actor
from accounts.forms import SuspensionForm
from accounts.models import Suspendable, Suspension

Service = Callable[..., None]
FIELDS = (
    "suspension", "provider_step", "provider_reason", "reseller_step", "reseller_reason"
)  # fmt: skip


class AdminSuspensionForm(SuspensionForm):
    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        level, reason = self.fields["level"], self.fields["reason"]
        level.widget = UnfoldAdminSelectWidget(choices=level.choices)  # type: ignore[attr-defined]
        reason.widget = UnfoldAdminTextInputWidget(attrs={"maxlength": 300})


def acts(kind: str, suspend: Service, resume: Service) -> tuple[Many, Many]:
    """KIND: what the services call the row that they are given."""

    def do_suspend(row: Any, actor: Actor, level: int, reason: str) -> None:
        suspend(**{kind: row}, level=level, reason=reason, actor=actor)

    def do_resume(row: Any, actor: Actor) -> None:
        resume(**{kind: row}, actor=actor)

    return (
        Many("suspend", _("Suspend"), do_suspend, AdminSuspensionForm),
        Many("resume", _("Resume"), do_resume),
    )


class SuspensionFilter(admin.SimpleListFilter):
    """Those at one step of the ladder; an index of their own holds them."""

    title = _("suspension")
    parameter_name = "suspension"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(step.value), step.label) for step in Suspension if step]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(suspension__gt=0, suspension=self.value())


@admin.display(description=_("suspended"), empty_value="–")
def suspended(row: Suspendable) -> str | None:
    return row.suspended_how if row.suspension else None
