from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from domains import addresses
from kuploy.addresses import as_address, parse_host, require_public
from kuploy.errors import Unreachable
from mailboxes.migration import wanted
from mailboxes.migration.models import MigrationJob
from mailboxes.migration.presets import CHOICES, PLAIN_PORT, PRESETS, TLS_PORT
from mailboxes.migration.wanted import Wanted

Security = MigrationJob.Security
ONE = ("remote_user", "remote_password", "address")


class HostField(forms.CharField):
    """A name or a number; one that leads into our own network is refused where it is typed."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        host = parse_host(typed)
        if literal := as_address(host):
            try:
                require_public(literal)
            except Unreachable as error:
                raise ValidationError(str(error)) from error
        return host


def _secret(**options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=1000, strip=False, required=False, widget=widget, **options)


class SourceForm(forms.Form):
    """The server that mail comes from, and whose mail."""

    preset = forms.ChoiceField(label=_("Where the mail is now"), choices=CHOICES, required=False)
    host = HostField(
        label=_("Server"), max_length=253, required=False,
        help_text=_("As in imap.example.com. Not needed for a provider from the list."),
    )  # fmt: skip
    security = forms.ChoiceField(
        label=_("Encryption"), choices=Security.choices, initial=Security.TLS
    )
    port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65535, required=False,
        help_text=_("Left empty: 993 with SSL/TLS, 143 without."),
    )  # fmt: skip
    any_certificate = forms.BooleanField(
        label=_("Accept any certificate"), required=False,
        help_text=_(
            "Only for an old server of your own whose certificate has expired or is self-made: "
            "nobody checks then whom the passwords are sent to."
        ),
    )  # fmt: skip
    since = forms.DateField(
        label=_("Only mail since"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Left empty, all mail moves in."),
    )  # fmt: skip
    master_user = forms.CharField(
        label=_("Master user"), max_length=320, required=False,
        help_text=_("Who may read all mailboxes there; then nobody's own password is needed."),
    )  # fmt: skip
    master_password = _secret(label=_("Password of the master user"))
    file = forms.FileField(
        label=_("List of mailboxes"), required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,text/csv"}),
        help_text=_(
            "A CSV or xlsx file with a line for each: user there; password there; mailbox here. "
            "With a master user: user there; mailbox here."
        ),
    )  # fmt: skip
    remote_user = forms.CharField(label=_("User there"), max_length=320, required=False)
    remote_password = _secret(label=_("Password there"))
    address = forms.CharField(label=_("Mailbox here"), max_length=320, required=False)

    def source(self) -> list[forms.BoundField]:
        return [self[name] for name in ("preset", "host", "security", "port", "any_certificate")]

    def options(self) -> list[forms.BoundField]:
        return [self[name] for name in ("since", "master_user", "master_password")]

    def one(self) -> list[forms.BoundField]:
        return [self[name] for name in ONE]

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        if since and since > timezone.now().date():
            raise ValidationError(_("That day is still to come."))
        return since

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._clean_source(data)
        if bool(data.get("master_user")) != bool(data.get("master_password")):
            self.add_error("master_password", _("A master user and its password go together."))
        if not self.errors:
            self._clean_mailboxes(data)
        return data

    def _clean_source(self, data: dict[str, Any]) -> None:
        if preset := PRESETS.get(data.get("preset", "")):
            data |= {"host": preset.host, "port": TLS_PORT, "security": Security.TLS}
            data["any_certificate"] = False
        elif not data.get("host") and "host" not in self.errors:
            self.add_error("host", _("Choose a provider from the list, or type its server."))
        if not data.get("port"):
            data["port"] = TLS_PORT if data.get("security") == Security.TLS else PLAIN_PORT

    def _clean_mailboxes(self, data: dict[str, Any]) -> None:
        with_master = bool(data["master_user"])
        one = [data[name] for name in ONE]
        if data["file"] and any(one):
            self.add_error("file", _("Choose a file or type one mailbox, not both."))
        elif data["file"]:
            try:
                content = data["file"].read(wanted.MOST_BYTES + 1)
                data["rows"] = wanted.read(content, with_master=with_master)
            except ValidationError as error:
                self.add_error("file", error)
        else:
            self._clean_one(data, with_master)

    def _clean_one(self, data: dict[str, Any], with_master: bool) -> None:
        needed = [name for name in ONE if name != "remote_password" or not with_master]
        for name in needed:
            if not data[name]:
                self.add_error(name, _("Fill this in, or choose a file above."))
        if not self.errors:
            try:
                address = addresses.parse(data["address"])
            except ValidationError as error:
                self.add_error("address", error)
            else:
                data["rows"] = [Wanted(data["remote_user"], data["remote_password"], address)]


class CorrectForm(forms.Form):
    """What was wrong with one mailbox of a migration."""

    remote_user = forms.CharField(label=_("User there"), max_length=320)
    remote_password = _secret(
        label=_("Password there"), help_text=_("Left empty, the one that was given stays.")
    )
    address = forms.CharField(label=_("Mailbox here"), max_length=320)

    def clean_address(self) -> str:
        return addresses.parse(self.cleaned_data["address"])
