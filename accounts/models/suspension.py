"""Suspension: a ladder of three steps, on accounts, domains and mailboxes."""

from typing import Any

from django.db import models
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _


class Suspension(models.IntegerChoices):
    """Each step includes the ones before. The SQL of the mail servers knows the numbers."""

    NONE = 0, _("Not suspended")
    NO_SENDING = 10, _("Cannot send")
    NO_SIGN_IN = 20, _("Cannot sign in")
    NO_MAIL = 30, _("Receives nothing")


class Hand(models.TextChoices):
    """Who may suspend. Each moves and lifts its own step alone; the higher of the two counts."""

    PROVIDER = "provider", _("the provider")
    RESELLER = "reseller", _("the reseller")


def highest(*columns: str) -> models.GeneratedField:
    """The step that counts, kept by the database."""
    return models.GeneratedField(
        expression=Greatest(*columns),
        output_field=models.PositiveSmallIntegerField(choices=Suspension),
        db_persist=True,
    )


def _step() -> Any:
    return models.PositiveSmallIntegerField(
        choices=Suspension, default=Suspension.NONE, db_default=Suspension.NONE, editable=False
    )


def _reason() -> Any:
    return models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)


class Suspendable(models.Model):
    """The step that each hand has placed on this very row, and why: the customer reads it."""

    suspension: Any  # the step that counts: each model says of which columns, by highest()

    provider_step = _step()
    provider_reason = _reason()
    reseller_step = _step()
    reseller_reason = _reason()

    class Meta:
        abstract = True

    @property
    def cause(self) -> "Suspendable":
        """The row whose own step counts here: this one, or one above it that stands higher."""
        return self

    @property
    def and_above(self) -> "list[Suspendable]":
        """This row, and those whose steps count for it as well."""
        return [self]

    @property
    def suspended_itself(self) -> bool:
        return bool(self.suspension) and self.cause is self

    @property
    def suspended_how(self) -> str:
        return str(Suspension(self.suspension).label)

    @property
    def own_suspension(self) -> Suspension:
        return Suspension(max(self.provider_step, self.reseller_step))

    @property
    def suspended_by(self) -> Hand:
        """Whose step counts; of two that are equal, the provider's."""
        return Hand.RESELLER if self.reseller_step > self.provider_step else Hand.PROVIDER

    @property
    def suspension_reason(self) -> str:
        """Why, in the words of whoever placed the step that counts here."""
        cause = self.cause
        return str(getattr(cause, f"{cause.suspended_by}_reason"))


def inherited_step() -> Any:
    """A copy of the step that counts one row above, kept by triggers."""
    return _step()
