from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from kuploy import outbound
from kuploy.mail import RecipientField
from notifications.kinds import LOOKS
from notifications.models import KINDS, Channel

Cells = list[dict[str, Any]]


def muted_of(told: Sequence[str]) -> list[str]:
    return [kind for kind, _label in KINDS if kind not in told]


def told_of(channel: Channel) -> list[str]:
    return [kind for kind, _label in KINDS if kind not in channel.muted]


class ChoicesForm(forms.Form):
    """Which kinds of alerts go to which of a person's channels."""

    def __init__(
        self, *args: Any, channels: Sequence[Channel], offer_clients: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.channels, self.offer_clients = channels, offer_clients
        for channel in channels:
            self.fields[_key(channel)] = forms.MultipleChoiceField(
                choices=KINDS, required=False, initial=told_of(channel)
            )
            if offer_clients:
                self.fields[f"{_key(channel)}-clients"] = forms.BooleanField(
                    required=False, initial=channel.include_clients
                )

    def chosen(self) -> Sequence[Channel]:
        """The channels, with what was ticked for them."""
        for channel in self.channels:
            channel.muted = muted_of(self.cleaned_data[_key(channel)])
            if self.offer_clients:
                channel.include_clients = self.cleaned_data[f"{_key(channel)}-clients"]
        return self.channels

    def groups(self) -> Iterator[tuple[Any, list[tuple[Any, Cells]]]]:
        """The rows of the table: kinds with one box for each channel, under their heads."""
        for group, kinds in groupby(KINDS, key=lambda choice: LOOKS[choice[0]].group):
            yield group, [(label, self._cells(kind)) for kind, label in kinds]

    def _cells(self, kind: str) -> Cells:
        return [
            {
                "name": _key(channel),
                "kind": kind,
                "channel": channel,
                "checked": kind in (self[_key(channel)].value() or []),
            }
            for channel in self.channels
        ]

    def clients(self) -> Cells:
        """The row of boxes that include a reseller's clients."""
        names = [(channel, f"{_key(channel)}-clients") for channel in self.channels]
        return [
            {"name": name, "channel": channel, "checked": self[name].value()}
            for channel, name in names
        ]


def _key(channel: Channel) -> str:
    return channel.pk.hex if channel.address else str(channel.transport)


class AddressForm(forms.Form):
    address = RecipientField(
        label=_("E-mail address"),
        help_text=_("We send a link there; it gets nothing else before somebody opens it."),
    )


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=outbound.LONGEST,
        help_text=_("It gets a POST with JSON, signed, for each alert."),
        widget=forms.URLInput(
            attrs={"placeholder": "https://example.com/hook", "autocomplete": "off"}
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Alerts"),
        choices=KINDS,
        initial=[kind for kind, _label in KINDS],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "kinds"}),
        error_messages={"required": _("Choose at least one kind.")},
    )
    include_clients = forms.BooleanField(
        label=_("Also for my clients"),
        required=False,
        help_text=_("Alerts of every account that you look after."),
    )

    def __init__(self, *args: Any, offer_clients: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not offer_clients:
            del self.fields["include_clients"]

    def clean_url(self) -> str:
        return outbound.check_url(self.cleaned_data["url"])

    def choice(self) -> dict[str, Any]:
        """What the services take."""
        return {
            "url": self.cleaned_data["url"],
            "muted": muted_of(self.cleaned_data["kinds"]),
            "include_clients": self.cleaned_data.get("include_clients", False),
        }


class NewWebhookForm(WebhookForm):
    # Comes with the page, so that sending the same page twice adds one webhook.
    code = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
