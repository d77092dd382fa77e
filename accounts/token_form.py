"""What is typed about a new token, cleaned."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import NameField, ids_of_domains
from accounts.models import Account, Area
from accounts.models.tokens import ENTER_CLIENTS

MOST_NETWORKS = 20
LEVELS = [("", _("Nothing")), ("read", _("Read")), ("write", _("Read and write"))]
LASTS = [
    ("30", _("After 30 days")),
    ("90", _("After 90 days")),
    ("365", _("After a year")),
    ("", _("When revoked")),
]


def areas_of(account: Account) -> list[Area]:
    """What there is in the account to reach."""
    of_resellers = (Area.PLANS, Area.CLIENTS)
    return [area for area in Area if account.is_reseller or area not in of_resellers]


class NetworksField(forms.CharField):
    """Addresses and networks, one on each line or with commas between."""

    widget = forms.Textarea(attrs={"rows": 2})

    def clean(self, value: Any) -> list[str]:
        typed = str(super().clean(value)).replace(",", " ").split()
        if len(typed) > MOST_NETWORKS:
            raise ValidationError(_("Up to 20 networks can be named."))
        return list(dict.fromkeys(str(_network(each)) for each in typed))


def _network(typed: str) -> Any:
    try:
        return ip_network(typed, strict=False)
    except ValueError as error:
        raise ValidationError(
            _("“%(typed)s” is not an address or a network such as 192.0.2.0/24."),
            params={"typed": typed[:80]},
        ) from error


class TokenForm(forms.Form):
    name = NameField(
        label=_("Name"),
        max_length=80,
        help_text=_("What uses it. It stands under Activity beside what the program did."),
    )
    lasts = forms.ChoiceField(label=_("Ends"), choices=LASTS, required=False, initial="90")
    only_domains = forms.CharField(
        label=_("Only these domains"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "One on each line. The token then does what a postmaster may; empty means all."
        ),
    )
    networks = NetworksField(
        label=_("Only from these networks"),
        required=False,
        max_length=2000,
        help_text=_("Addresses or networks such as 192.0.2.0/24; empty means from everywhere."),
    )
    enter_clients = forms.BooleanField(
        label=_("Also in the accounts of clients"),
        required=False,
        help_text=_(
            "With the header Kuploy-Account it works there as here, in the areas chosen above."
        ),
    )
    # Comes with the page, so that sending the same page twice makes one token.
    code = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        for area in areas_of(account):
            self.fields[area] = forms.ChoiceField(label=area.label, choices=LEVELS, required=False)
        if not account.is_reseller:
            del self.fields["enter_clients"]

    @property
    def area_fields(self) -> list[forms.BoundField]:
        return [self[area] for area in areas_of(self.account)]

    def clean_only_domains(self) -> list[UUID]:
        return ids_of_domains(self.account, self.cleaned_data["only_domains"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.scopes = [
            f"{area}:{cleaned[area]}" for area in areas_of(self.account) if cleaned.get(area)
        ]
        if not (self.scopes or self.errors):
            raise ValidationError(_("Choose at least one area that the token opens."))
        if cleaned.get("enter_clients"):
            self._enter_clients(cleaned)
        return cleaned

    def _enter_clients(self, cleaned: dict[str, Any]) -> None:
        self.scopes.append(ENTER_CLIENTS)
        if cleaned.get("only_domains"):
            sentence = _("These domains are no client’s: leave them out, or the clients.")
            self.add_error("enter_clients", sentence)

    def choice(self) -> dict[str, Any]:
        """What the service takes."""
        days = self.cleaned_data["lasts"]
        return {
            "pk": self.cleaned_data["code"],
            "name": self.cleaned_data["name"],
            "scopes": self.scopes,
            "domain_ids": self.cleaned_data["only_domains"],
            "networks": self.cleaned_data["networks"],
            "expires_at": timezone.now() + timedelta(days=int(days)) if days else None,
        }
