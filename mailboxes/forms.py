import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import NameField
from accounts.models import Plan
from domains import addresses, limits, names
from domains.models import Domain, DomainQuerySet
from kuploy.errors import Refused
from kuploy.mail import LONGEST_ADDRESS
from mailboxes import passwords
from mailboxes.models import MAIL_LANGUAGES, Mailbox

# More domains than this are typed with a hint instead of chosen from a list.
DOMAINS_OFFERED = 50
MOST_TARGETS = 20
# A part of RFC 5321's dot-string: what every mail server and mail program agrees on.
LOCAL_PART = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*(?:\.[a-z0-9_-]+)*)")
LOCAL_PART_RULE = _(
    "Use the letters a to z, digits, dots, hyphens and underscores; no dot at either end."
)


class LocalPartField(forms.CharField):
    """The part before the @; 64 characters at most (RFC 5321)."""

    default_error_messages = {"invalid": LOCAL_PART_RULE}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).lower()

    def validate(self, value: Any) -> None:
        super().validate(value)
        if "@" in value:
            raise ValidationError(_("Type only the part before the @, not the domain."))
        if value and not LOCAL_PART.fullmatch(value):
            raise ValidationError(self.error_messages["invalid"], code="invalid")


class DomainField(forms.CharField):
    """The name of one of the domains that the person may work on."""

    domains: DomainQuerySet

    def clean(self, value: Any) -> Domain:
        name = names.parse(str(super().clean(value)))
        domain = self.domains.filter(name=name).first()
        if domain is None:
            raise ValidationError(no_active_domain(name))
        return domain


def no_active_domain(name: str) -> str:
    return gettext("There is no active domain %(name)s here.") % {"name": name}


def usable_domains(domains: DomainQuerySet) -> DomainQuerySet:
    active = domains.primary().filter(status=Domain.Status.ACTIVE)
    return active.select_related("account__plan").order_by("name")


def size_choices(*sizes: int) -> list[tuple[int, str]]:
    return [(size, limits.in_words(size)) for size in sorted(set(sizes))]


class AddressForm(forms.Form):
    """A new address: its local part and one of the domains that the person may work on."""

    local_part = LocalPartField(label=_("Address"))
    domain = DomainField(label=_("Domain"), max_length=253)

    def __init__(self, *args: Any, domains: DomainQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.usable = usable_domains(domains)
        self.fields["domain"].domains = self.usable  # type: ignore[attr-defined]

    def offer_domains(self, follow: str) -> None:
        """Before the form is shown; what was sent is judged without the list.

        FOLLOW is asked for what goes with another domain when one is chosen.
        """
        usable = list(self.usable[: DOMAINS_OFFERED + 1])
        found = [(each.name, each.unicode_name) for each in usable]
        self.offered = found[:DOMAINS_OFFERED]
        attrs = {"hx-get": follow, "hx-trigger": "change", "hx-target": "#place"}
        field = self.fields["domain"]
        if found == self.offered:
            field.widget = forms.Select(attrs, choices=found)
        else:
            field.widget = forms.TextInput({**attrs, "list": "domains"})
        field.widget.is_required = True
        self.shown = self._shown(usable)

    def _shown(self, usable: list[Domain]) -> Domain | None:
        """The domain that the form shows as chosen; None while a name has yet to be typed."""
        try:
            return self.fields["domain"].clean(self["domain"].value())  # type: ignore[no-any-return]
        except ValidationError:
            return usable[0] if 0 < len(usable) <= DOMAINS_OFFERED else None

    def clean(self) -> dict[str, Any]:
        if {"domain", "local_part"} <= self.cleaned_data.keys():
            domain, local_part = self.cleaned_data["domain"], self.cleaned_data["local_part"]
            self.address = f"{local_part}@{domain.name}"
            if len(self.address) > LONGEST_ADDRESS:
                self.add_error("local_part", _("An address has at most 254 characters."))
        return super().clean() or {}


class LanguageField(forms.TypedChoiceField):
    """In which language the mailbox's user is written to; left out, it stays as it is."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Language of notices"),
            help_text=_("In which its user is written to."),
            choices=MAIL_LANGUAGES,
            required=False,
            empty_value=MAIL_LANGUAGES[0][0],
        )


class MailboxForm(AddressForm):
    display_name = NameField(
        label=_("Display name"), max_length=120, required=False,
        help_text=_("Shown as the sender name in mail programs."),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 8 characters. For IMAP and SMTP."),
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"}),
    )
    # Left out, which only programs do, it is what the domain says.
    quota_bytes = forms.TypedChoiceField(
        label=_("Size"), coerce=int, required=False, empty_value=None
    )
    language = LanguageField()

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.fields["quota_bytes"].choices = size_choices(*plan.sizes)  # type: ignore[attr-defined]

    def offer_domains(self, follow: str) -> None:
        """With the sizes that go with the domain; what was sent stays a choice."""
        super().offer_domains(follow)
        self.fields["domain"].widget.attrs["hx-include"] = "#place [name]"
        offered, default = self.plan.sizes, self.plan.default_size_bytes
        if self.shown and limits.sizes(self.shown):
            offered, default = limits.sizes(self.shown), limits.default_size(self.shown) or 0
        chosen = str((self.data if self.is_bound else self.initial).get("quota_bytes"))
        kept = [size for size in self.plan.sizes if self.is_bound and str(size) == chosen]
        self.fields["quota_bytes"].choices = size_choices(*offered, *kept)  # type: ignore[attr-defined]
        # Which the next domain replaces by its own, unless it was changed by hand.
        self.usual_size = default
        if chosen not in map(str, offered):
            self.initial["quota_bytes"] = default

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"domain", "quota_bytes"} <= cleaned.keys():
            try:
                limits.size_for(cleaned["domain"], cleaned["quota_bytes"])
            except Refused as error:
                self.add_error("quota_bytes", str(error))
        if cleaned.get("password"):
            # Judged also beside a wrong address, so that all that is wrong is said at once.
            domain = cleaned.get("domain")
            address = f"{cleaned.get('local_part', '')}@{domain.name if domain else ''}"
            _check_password(self, cleaned["password"], address)
        return cleaned


class MailboxEditForm(forms.Form):
    display_name = NameField(label=_("Display name"), max_length=120, required=False)
    quota_bytes = forms.TypedChoiceField(label=_("Size"), coerce=int)
    language = LanguageField()

    def __init__(self, data: Any = None, *, mailbox: Mailbox) -> None:
        initial = {name: getattr(mailbox, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        self.fields["language"].empty_value = mailbox.language  # type: ignore[attr-defined]
        size = self.fields["quota_bytes"]
        sizes = limits.sizes(mailbox.domain)
        size.choices = size_choices(*sizes, mailbox.quota_bytes)  # type: ignore[attr-defined]
        if mailbox.is_postmaster:
            size.disabled = True
            size.help_text = _("The size of the postmaster mailbox is fixed.")


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, mailbox: Mailbox, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mailbox = mailbox

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned:
            _check_password(self, cleaned["password"], self.mailbox.address)
        return cleaned


def _check_password(form: forms.Form, password: str, address: str) -> None:
    try:
        passwords.check(password, address)
    except ValidationError as error:
        form.add_error("password", error)


class AddressesField(forms.CharField):
    """Addresses, one on each line or with commas between; duplicates count once."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> list[str]:
        typed = str(super().clean(value)).replace(",", " ").split()
        return list(dict.fromkeys(addresses.parse(each) for each in typed))


class TargetsField(AddressesField):
    """Where an alias leads."""

    def clean(self, value: Any) -> list[str]:
        targets = super().clean(value)
        if not targets:
            raise ValidationError(self.error_messages["required"])
        if len(targets) > MOST_TARGETS:
            raise ValidationError(_("An alias has at most 20 targets."))
        return targets


class AliasEditForm(forms.Form):
    targets = TargetsField(
        label=_("Goes to"),
        max_length=8000,
        help_text=_("Up to 20 addresses, here or elsewhere, one on each line."),
    )

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.address in cleaned.get("targets", []):
            self.add_error("targets", to_itself())
        return cleaned


def to_itself() -> str:
    return gettext("An alias cannot go to itself.")


class AliasForm(AddressForm, AliasEditForm):
    field_order = ["local_part", "domain", "targets"]
