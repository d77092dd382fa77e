"""Forms of the admin whose changes are made by services."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from accounts.audit import Actor
from kuploy.errors import Refused
from quotas.limits import GB

# As much as a database row holds.
MOST_GB = 1_000_000


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Hands what was typed to services; what they refuse is said there and not done."""

    actor: Actor

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not (self.changed_data or self.instance._state.adding):
            return
        try:
            with transaction.atomic():
                self.act()
        except Refused as error:
            self.add_error(None, str(error))

    def act(self) -> None:
        raise NotImplementedError

    def save(self, commit: bool = True) -> Any:
        """The services have done it."""
        self.save_m2m = lambda: None  # type: ignore[method-assign]
        return self.instance


class GigabytesField(forms.DecimalField):
    """Bytes to the program, GB to people."""

    widget = UnfoldAdminDecimalFieldWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=MOST_GB, decimal_places=2, **options)

    def prepare_value(self, value: Any) -> Any:
        return (
            f"{Decimal(value) / GB:.2f}".rstrip("0").rstrip(".")
            if isinstance(value, int)
            else value
        )

    def clean(self, value: Any) -> int | None:
        gigabytes = super().clean(value)
        return None if gigabytes is None else int(gigabytes * GB)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
