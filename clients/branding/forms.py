"""What a reseller types about its looks, cleaned."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http.request import validate_host
from django.utils.translation import gettext_lazy as _

from accounts import colours
from accounts.forms import NameField
from accounts.models import Branding
from clients.branding import logos
from domains import names
from kuploy.mail import RecipientField
from mailboxes.clientsettings import lookup


class ColourField(forms.CharField):
    """As #rrggbb, readable as text and as the ground of a button in its mode."""

    def __init__(self, *, mode: colours.Mode, text_on_it: Any, **kwargs: Any) -> None:
        attrs = {"placeholder": "#0a6072", "autocomplete": "off", "spellcheck": "false"}
        widget = forms.TextInput(attrs=attrs)
        super().__init__(required=False, max_length=20, widget=widget, **kwargs)
        self.mode, self.text_on_it = mode, text_on_it

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        if not typed:
            return ""
        try:
            colour = colours.parse(typed)
        except ValueError:
            raise ValidationError(
                _("“%(typed)s” is no colour. Type it as #0a6072."), params={"typed": typed}
            ) from None
        if not colours.is_readable(colour, self.mode):
            raise ValidationError(
                _(
                    "%(colour)s is hard to read %(where)s: its contrast is %(found).1f to 1, and "
                    "%(needed).1f is the least (WCAG 2.2 AA). The nearest that will do is "
                    "%(nearest)s."
                ),
                params={
                    "colour": colour,
                    "where": self.text_on_it,
                    # Rounded down: 4.46 must not be said to be 4.5.
                    "found": int(colours.worst_contrast(colour, self.mode) * 10) / 10,
                    "needed": colours.READABLE,
                    "nearest": colours.nearest_readable(colour, self.mode),
                },
            )
        return colour


class BrandForm(forms.Form):
    name = NameField(
        label=_("Name"), max_length=60, required=False,
        help_text=_("In place of ours, on every page that your clients see and in mail to them."),
    )  # fmt: skip
    sender_name = NameField(
        label=_("Sender of mail"), max_length=60, required=False,
        help_text=_("The name that mail comes from; empty: the name above."),
    )  # fmt: skip
    support_email = RecipientField(
        label=_("Support address"), required=False,
        help_text=_("Where your clients ask for help."),
    )  # fmt: skip
    accent = ColourField(
        label=_("Colour"), mode=colours.LIGHT, text_on_it=_("on light ground"),
        help_text=_("Of buttons and links."),
    )  # fmt: skip
    dark_accent = ColourField(
        label=_("Colour in the dark"), mode=colours.DARK, text_on_it=_("on dark ground"),
        help_text=_("Empty: the nearest to your colour that can be read there."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, branding: Branding) -> None:
        super().__init__(data, initial={name: getattr(branding, name) for name in self.base_fields})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("dark_accent") and cleaned.get("accent") == "":
            self.add_error("accent", _("Choose this colour too, or leave both empty."))
        return cleaned


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=_("Picture"),
        help_text=_(
            "PNG, JPEG, WebP or GIF, at most 1 MB. It stands in place of the name, so it "
            "should hold it, and be seen on light and on dark ground."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
        error_messages={
            "required": _("Choose a file."), "missing": _("Choose a file."),
            "empty": _("The file is empty. Choose another one."),
        },
    )  # fmt: skip

    def clean_logo(self) -> bytes:
        """The picture as it will be served."""
        return logos.redrawn(self.cleaned_data["logo"])


class HostForm(forms.Form):
    host = forms.CharField(
        label=_("Host name"),
        max_length=2000,
        help_text=_("A name below a domain of yours, such as mail.example.com."),
        widget=forms.TextInput(
            attrs={"placeholder": "mail.example.com", "autocomplete": "off", "inputmode": "url"}
        ),
    )

    def clean_host(self) -> str:
        """Never one of the provider's, nor a name below one."""
        name = names.parse(self.cleaned_data["host"])
        below_ours = any(name.endswith(f".{own}") for own in settings.OWN_HOST_NAMES)
        if below_ours or validate_host(name, settings.ALLOWED_HOSTS):
            raise ValidationError(
                _("%(name)s is one of our own host names. Choose a name of yours."),
                params={"name": name},
            )
        if lookup.named_by(name):
            raise ValidationError(
                _("%(name)s is kept for mail programs and servers, which ask for settings there."),
                params={"name": name},
            )
        return name
