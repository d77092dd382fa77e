from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mailboxes.clientsettings import lookup


class AddressForm(forms.Form):
    address = forms.CharField(
        label=_("E-mail address"),
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_address(self) -> lookup.Asked:
        asked = lookup.asked(str(self.cleaned_data["address"]))
        if asked is None:
            raise ValidationError(_("Mail for this address is not kept here. Look for a typo."))
        return asked
