from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import Q
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.base import LeanAdmin, actor_of, holding
from accounts.admin.many import Many, many
from accounts.audit import Actor, audit
from accounts.models import Plan
from accounts.models.plans import usual_sizes
from plans import sign_up
from plans.admin.forms import MOST_GB, GigabytesField, ServiceForm
from quotas.limits import GB


class PlanForm(ServiceForm):
    default_size_bytes = GigabytesField(label=_("Default size in GB"), initial=8 * GB)
    largest_size_bytes = GigabytesField(label=_("Largest size in GB"), initial=25 * GB)

    allowed_sizes_gb = SimpleArrayField(
        forms.IntegerField(min_value=1, max_value=MOST_GB), label=_("Sizes on offer in GB"),
        initial=usual_sizes, widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip

    class Meta:
        help_texts = dict.fromkeys(
            ("domain_limit", "mailbox_limit", "alias_limit"), _("Empty: no limit.")
        )

    def act(self) -> None:
        new = self.instance._state.adding
        self.instance.save(update_fields=None if new else self.changed_data)
        audit(
            self.actor, "plan.created" if new else "plan.changed", self.instance,
            fields=self.changed_data,
        )  # fmt: skip


def _choose(plan: Plan, actor: Actor) -> None:
    sign_up.choose(plan=plan, actor=actor)


@admin.register(Plan)
class PlanAdmin(LeanAdmin):
    form = PlanForm
    list_display = (
        "name", "owner", "for_new_accounts", "retired_at", "email_hosting", "domain_limit",
        "mailbox_limit", "largest",
    )  # fmt: skip
    exclude = ("for_new_accounts",)
    list_select_related = ("owner",)
    search_fields = ("name",)
    search_help_text = _("Part of a name")
    autocomplete_fields = ("owner",)

    actions = many(Many("choose_for_sign_up", _("Give it to new accounts"), _choose))

    def actor_for(self, request: HttpRequest, row: Any) -> Actor:
        return actor_of(request, row.owner)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Accounts have it because of who sells it."""
        return ("owner",) if obj else ()

    def find(self, term: str) -> Q:
        return holding("name", term, ignoring_case=True)

    def get_form(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        form = super().get_form(request, obj, **options)
        form.actor = actor_of(request, obj and obj.owner)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form has done it."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("largest size"))
    def largest(self, plan: Plan) -> str:
        return filesizeformat(plan.largest_size_bytes)
