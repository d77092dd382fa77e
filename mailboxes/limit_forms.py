"""What is typed about the limits of a domain. Left empty, the plan's counts."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from domains import limits
from domains.bounding import OF_RESELLER, OWN, TOO_LARGE, most_mailboxes
from domains.models import Domain


class SizeField(forms.TypedChoiceField):
    """One of the sizes on offer, that which is set already, or none."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label=label, coerce=int, required=False, empty_value=None, **more)

    def offer(self, sizes: list[int], current: int | None, otherwise: str) -> None:
        found = sorted({*sizes, *filter(None, [current])})
        self.choices = [("", otherwise), *((size, limits.in_words(size)) for size in found)]


class NumberField(forms.IntegerField):
    """So many mailboxes; zero is zero."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, min_value=0, max_value=2**31 - 1)

    def bound(self, most: int | None, current: int | None) -> None:
        """What is set already may stay, also above the plan."""
        self.help_text = _("The postmaster's is not counted. Empty: no limit here; zero is zero.")
        if most is not None:
            said = _("At most %(most)d mailboxes can be allowed here.") % {"most": most}
            self.help_text = f"{self.help_text} {said}"
            self.validators.append(MaxValueValidator(max(most, current or 0), said))


class LimitsForm(forms.Form):
    """What the account allows in a domain of its own."""

    default_size_bytes = SizeField(gettext_lazy("Size of a new mailbox"))
    largest_size_bytes = SizeField(gettext_lazy("Largest mailbox"))
    mailbox_limit = NumberField(gettext_lazy("Most mailboxes"))

    def __init__(self, data: Any = None, *, domain: Domain) -> None:
        super().__init__(data, initial={name: getattr(domain, name) for name in OWN})
        fields: Any = self.fields
        offered = limits.offered_by_reseller(domain)
        by_plan = limits.in_words(domain.account.plan.default_size_bytes)
        fields["default_size_bytes"].offer(
            offered, domain.default_size_bytes, _("As the plan says: %(size)s") % {"size": by_plan}
        )
        fields["largest_size_bytes"].offer(offered, domain.largest_size_bytes, _("No limit here"))
        fields["mailbox_limit"].bound(most_mailboxes(domain), domain.mailbox_limit)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        default, largest = cleaned.get("default_size_bytes"), cleaned.get("largest_size_bytes")
        if default and largest and default > largest:
            self.add_error("default_size_bytes", TOO_LARGE)
        return cleaned


class ResellerLimitsForm(forms.Form):
    """What a reseller allows in a client's domain."""

    reseller_largest_size_bytes = SizeField(gettext_lazy("Largest mailbox"))
    reseller_mailbox_limit = NumberField(gettext_lazy("Most mailboxes"))

    def __init__(self, data: Any = None, *, domain: Domain) -> None:
        super().__init__(data, initial={name: getattr(domain, name) for name in OF_RESELLER})
        fields: Any = self.fields
        plan = domain.account.plan
        fields["reseller_largest_size_bytes"].offer(
            plan.sizes, domain.reseller_largest_size_bytes, _("No limit here")
        )
        fields["reseller_mailbox_limit"].bound(plan.mailbox_limit, domain.reseller_mailbox_limit)
