from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import Q
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.admin.base import LeanAdmin, actor_of, holding
from accounts.admin.many import Many, many
from accounts.audit import Actor
from accounts.forms import NameField
from accounts.models import Plan
from accounts.models.plans import usual_sizes
from plans import services, sign_up
from plans.admin.forms import MOST_GB, GigabytesField, ServiceForm
from plans.lowering import no_longer_fitting
from quotas.limits import GB

BANDS = settings.BILLING_BANDS_GB


def _price(band: int) -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Price of a mailbox up to %(size)d GB") % {"size": band}, required=False,
        min_value=0, max_digits=10, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("A month. Empty: it has no price."),
    )  # fmt: skip


# A field for each band that is invoiced: what a class statement cannot count out.
PriceFields = type("PriceFields", (forms.Form,), {f"price_{band}": _price(band) for band in BANDS})


class PlanForm(ServiceForm, PriceFields):  # type: ignore[misc, valid-type]
    name = NameField(label=_("Name"), max_length=80, widget=UnfoldAdminTextInputWidget)
    default_size_bytes = GigabytesField(label=_("Default size in GB"), initial=8 * GB)
    largest_size_bytes = GigabytesField(label=_("Largest size in GB"), initial=25 * GB)
    allowed_sizes_gb = SimpleArrayField(
        forms.IntegerField(min_value=1, max_value=MOST_GB), label=_("Sizes on offer in GB"),
        initial=usual_sizes, widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip
    understood = forms.BooleanField(
        label=_("Save it all the same"), required=False, widget=UnfoldBooleanSwitchWidget,
        help_text=_("Also when accounts have more: they keep it, and nothing new fits."),
    )  # fmt: skip

    class Meta:
        help_texts = dict.fromkeys(
            ("domain_limit", "mailbox_limit", "alias_limit"), _("Empty: no limit.")
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            prices = self.instance.prices.values_list("band_gb", "monthly")
            self.initial.update({f"price_{band}": monthly for band, monthly in prices})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors or not self.instance.pk or cleaned["understood"]:
            return cleaned
        for sentence in no_longer_fitting(self.instance, cleaned):
            self.add_error("understood", sentence)
        return cleaned

    def act(self) -> None:
        new = self.instance._state.adding
        prices = {band: self.cleaned_data[f"price_{band}"] for band in BANDS}
        save = services.create_plan if new else services.edit_plan
        save(plan=self.instance, prices=prices, actor=self.actor)


def _choose(plan: Plan, actor: Actor) -> None:
    sign_up.choose(plan=plan, actor=actor)


def _retire(plan: Plan, actor: Actor) -> None:
    services.retire_plan(plan=plan, actor=actor)


def _offer_again(plan: Plan, actor: Actor) -> None:
    services.offer_again(plan=plan, actor=actor)


def _delete(plan: Plan, actor: Actor) -> None:
    services.delete_plan(plan=plan, actor=actor)


@admin.register(Plan)
class PlanAdmin(LeanAdmin):
    form = PlanForm
    list_display = (
        "name", "seller", "for_new_accounts", "retired_at", "email_hosting", "domain_limit",
        "mailbox_limit", "largest",
    )  # fmt: skip
    exclude = ("for_new_accounts",)
    list_select_related = ("owner",)
    search_fields = ("name",)
    search_help_text = _("Part of a name")
    autocomplete_fields = ("owner",)
    actions = many(
        Many("choose_for_sign_up", _("Give it to new accounts"), _choose),
        Many("retire", _("Retire"), _retire),
        Many("offer_again", _("Offer again"), _offer_again),
        Many("delete_unused", _("Delete"), _delete, final=True),
    )

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
        """The form's services have done it."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("sold by"))
    def seller(self, plan: Plan) -> str:
        return plan.owner.name if plan.owner else _now("provider")

    @admin.display(description=_("largest size"))
    def largest(self, plan: Plan) -> str:
        return filesizeformat(plan.largest_size_bytes)
