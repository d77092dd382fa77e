from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from domains import addresses, names
from domains.models import Domain, DomainQuerySet, MtaSts, SpamLevel
from domains.mta_sts import modes

ROLE_ADDRESSES = ("postmaster", "hostmaster", "webmaster", "info")


class DomainForm(forms.Form):
    name = forms.CharField(
        label=_("Domain"),
        max_length=2000,
        help_text=_("A name whose DNS records you can change, such as example.com."),
        widget=forms.TextInput(attrs={"placeholder": "example.com", "autocomplete": "off"}),
    )
    alias_of = forms.CharField(
        label=_("Alias of"),
        required=False,
        max_length=253,
        help_text=_(
            "Leave empty for a domain of its own. An alias domain mirrors every mailbox "
            "and alias of the domain named here."
        ),
    )

    def __init__(self, *args: Any, domains: DomainQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = domains

    def clean_name(self) -> str:
        return names.parse(self.cleaned_data["name"])

    def clean_alias_of(self) -> Domain | None:
        typed = self.cleaned_data["alias_of"]
        if not typed:
            return None
        name = names.parse(typed)
        return target_of({each.name: each for each in self.domains.filter(name=name)}, name)


def target_of(domains: Mapping[str, Domain], name: str) -> Domain:
    """The one of these that another domain may be an alias of, by its name."""
    target = domains.get(name)
    if target is None or target.status == Domain.Status.REMOVING:
        raise ValidationError(_("This account has no domain %(name)s."), params={"name": name})
    if target.alias_of_id:
        raise ValidationError(_("%(name)s is an alias itself."), params={"name": name})
    return target


class CodeRequestForm(forms.Form):
    local_part = forms.ChoiceField(
        label=_("Send the code to"), choices=[(name, name) for name in ROLE_ADDRESSES]
    )

    def __init__(self, *args: Any, domain: Domain, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, f"{name}@{domain}") for name in ROLE_ADDRESSES]
        self.fields["local_part"].choices = choices  # type: ignore[attr-defined]


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\s*\d{4}\s?\d{4}\s*$",
        label=_("Code"),
        error_messages={"invalid": _("The code has eight digits.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 9}
        ),
    )

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())


class RemovalForm(forms.Form):
    """The dangerous act asks for the name to be typed."""

    name = forms.CharField(label=_("Type the name to confirm"), max_length=400)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_name(self) -> str:
        typed = " ".join(str(self.cleaned_data["name"]).split())
        if typed.casefold() != self.expected.casefold():
            raise ValidationError(
                _("This does not match. Type %(name)s."), params={"name": self.expected}
            )
        return typed


class SpamLevelForm(forms.Form):
    spam_level = forms.ChoiceField(
        label=_("Spam filter"),
        choices=SpamLevel.choices,
        help_text=_("Filed mail lies in the folder Junk. It is neither forwarded nor answered."),
    )


class MtaStsForm(forms.Form):
    mta_sts = forms.ChoiceField(
        label=_("When they cannot deliver encrypted"),
        choices=MtaSts.choices,
    )

    def __init__(self, *args: Any, domain: Domain, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["mta_sts"]
        field.initial = domain.mta_sts
        offered = [*modes(), domain.mta_sts]
        choices = [(mode, label) for mode, label in MtaSts.choices if mode in offered]
        field.help_text = _("They report where a TLS-RPT record asks them to.")
        if MtaSts.ENFORCE in offered:
            field.help_text = _(
                "They report where a TLS-RPT record asks them to. Test for a week or two before "
                "you enforce it."
            )
        # What is not offered here is refused by the service, which says why.
        field.widget.choices = choices


class CatchAllForm(forms.Form):
    catch_all = forms.CharField(
        label=_("Catch-all"),
        required=False,
        max_length=320,
        help_text=_("Where mail to unknown addresses of this domain goes; empty to refuse it."),
    )

    def clean_catch_all(self) -> str:
        typed = str(self.cleaned_data["catch_all"])
        return addresses.parse(typed) if typed else ""
