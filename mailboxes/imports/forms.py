from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Act
from mailboxes.imports import columns
from mailboxes.imports.models import OF_POSTMASTERS, Kind, Mode


def kinds_for(seat: Membership) -> list[tuple[str, str]]:
    """What the seat may import, in the order in which a company moves in."""
    may_all = seat.allows(Act.EDIT_DOMAINS)
    return [(kind, str(name)) for kind, name in Kind.choices if may_all or kind in OF_POSTMASTERS]


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("What the file lists"), widget=forms.RadioSelect)
    mode = forms.ChoiceField(
        label=_("Columns"),
        widget=forms.RadioSelect,
        initial=Mode.DEFAULT,
        choices=[
            (Mode.DEFAULT, _("Default: the mandatory ones only")),
            (Mode.EXPERT, _("Expert: the optional ones too, present even if empty")),
        ],
    )
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,.xlsx,text/csv"}),
    )

    def __init__(self, *args: Any, seat: Membership, sent: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = kinds_for(seat)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["file"].help_text = _(
            "CSV in any usual encoding, or xlsx. At most %(rows)s rows and %(size)d MB."
        ) % {"rows": f"{settings.IMPORT_ROWS:,}", "size": settings.IMPORT_BYTES // 2**20}
        if sent > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            # There was a file, but it was not even kept.
            self.fields["file"].error_messages["required"] = self._too_large()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_BYTES:
            raise ValidationError(self._too_large())
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("mode") == Mode.EXPERT and not columns.has_expert(cleaned.get("kind", "")):
            # There is one set of columns only.
            cleaned["mode"] = Mode.DEFAULT
        return cleaned

    def _too_large(self) -> str:
        return _("The file has more than %(size)d MB. Split it into several.") % {
            "size": settings.IMPORT_BYTES // 2**20
        }


class HashesForm(forms.Form):
    """Asks once more before hashes leave the house."""

    sure = forms.BooleanField(
        label=_("With the hashes of the passwords"),
        help_text=_(
            "To move to another server. Who has the file can try passwords at home: keep it as "
            "you would keep the passwords themselves."
        ),
    )
