"""What a reseller types about a plan, cleaned."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import NameField
from accounts.models import Account, Plan
from accounts.models.plans import USUAL_SIZES_GB
from accounts.room import Countable, rooms_for
from plans.lowering import no_longer_fitting
from plans.services import Prices
from quotas.limits import GB, Room

LIMITS = {what: f"{what}_limit" for what in Countable}


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """All of a plan, with a price for each billing band."""

    name = NameField(label=gettext_lazy("Name"), max_length=80)
    allowed_sizes_gb = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Sizes on offer"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    default_size_bytes = forms.TypedChoiceField(
        label=gettext_lazy("Size of a new mailbox"), coerce=int
    )
    largest_size_bytes = forms.TypedChoiceField(label=gettext_lazy("Largest size"), coerce=int)
    understood = forms.BooleanField(
        label=gettext_lazy("Save it all the same"), required=False,
        help_text=gettext_lazy("They keep what they have, and nothing new fits."),
    )  # fmt: skip

    class Meta:
        model = Plan
        fields = (
            "name", "email_hosting", *LIMITS.values(), "aliases_per_mailbox",
            "allowed_sizes_gb", "default_size_bytes", "largest_size_bytes", "message_cap",
            "messages_per_day", "recipients_per_message",
            "catch_all", "forwarding", "api", "webhooks", "migration", "imports",
        )  # fmt: skip

    def __init__(self, *args: Any, owner: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pool = rooms_for(owner, *Countable)
        self.too_small: list[str] = []
        self._offer_sizes()
        self._add_prices()
        for what, name in LIMITS.items():
            self.fields[name].help_text = self._promised(self.pool[what], name)

    def _offer_sizes(self) -> None:
        """What can be invoiced; a size that is set already stays a choice."""
        most = settings.BILLING_BANDS_GB[-1]
        usual = {size for size in (*USUAL_SIZES_GB, *settings.BILLING_BANDS_GB) if size <= most}
        of_plan = set(self.initial.get("allowed_sizes_gb") or ())
        self.fields["allowed_sizes_gb"].choices = [  # type: ignore[attr-defined]
            (size, f"{size} GB") for size in sorted(usual | of_plan)
        ]
        for name in ("default_size_bytes", "largest_size_bytes"):
            sizes = {size * GB for size in usual | of_plan} | {self.initial[name]}
            self.fields[name].choices = [  # type: ignore[attr-defined]
                (size, f"{size / GB:g} GB") for size in sorted(sizes)
            ]

    def _add_prices(self) -> None:
        known = self.initial.get("prices") or _prices_of(self.instance)
        for band in settings.BILLING_BANDS_GB:
            self.fields[f"price_{band}"] = forms.DecimalField(
                label=_("A mailbox of up to %(size)d GB") % {"size": band},
                min_value=0, max_digits=10, decimal_places=2, required=False,
                initial=known.get(band),
            )  # fmt: skip

    def _promised(self, pool: Room, name: str) -> str:
        """What the reseller's own plan holds, beside what this one promises of it."""
        if pool.limit is None:
            return ""
        own = {"limit": pool.limit, "left": pool.left}
        promised = self.data.get(name, "") if self.is_bound else self.initial.get(name)
        digits = str(promised)[:20]  # Python reads no number of thousands
        if promised in (None, "") or (digits.isdecimal() and int(digits) > pool.limit):
            sentence = _(
                "More than your own plan holds (%(limit)d, %(left)d left): a client is refused "
                "what goes beyond that."
            )
        else:
            sentence = _("Your own plan holds %(limit)d, %(left)d are left.")
        return sentence % own

    @property
    def limit_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*LIMITS.values(), "aliases_per_mailbox")]

    @property
    def feature_fields(self) -> list[forms.BoundField]:
        names = ("catch_all", "api", "webhooks", "migration", "imports")
        return [self[name] for name in names]

    @property
    def price_fields(self) -> list[forms.BoundField]:
        return [self[f"price_{band}"] for band in settings.BILLING_BANDS_GB]

    @property
    def prices(self) -> Prices:
        bands = settings.BILLING_BANDS_GB
        return {band: self.cleaned_data[f"price_{band}"] for band in bands}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and self.instance.pk:
            self.too_small = no_longer_fitting(self.instance, cleaned)
            if self.too_small and not cleaned["understood"]:
                self.add_error("understood", _("Tick this to save it all the same."))
        return cleaned


def _prices_of(plan: Plan) -> dict[int, Decimal]:
    return dict(plan.prices.values_list("band_gb", "monthly")) if plan.pk else {}


def copy_of(plan: Plan) -> dict[str, Any]:
    """What the form for a new plan begins with."""
    copied = forms.model_to_dict(plan, fields=PlanForm.Meta.fields)
    name = _("Copy of %(name)s") % {"name": plan.name}
    return {**copied, "name": name[:80], "prices": _prices_of(plan)}


class MoveForm(forms.Form):
    """To which plan, of those on offer."""

    plan = forms.ModelChoiceField(Plan.objects.none(), label=gettext_lazy("New plan"))
    block_excess = forms.BooleanField(required=False)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Plan.objects.offered_by(account.reseller).exclude(pk=account.plan_id)
        self.fields["plan"].queryset = offered  # type: ignore[attr-defined]
