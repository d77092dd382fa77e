"""What a size is invoiced as, said where it is chosen."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.roles import Act
from quotas.bands import band_of
from quotas.limits import GB


def say_bands(form: forms.Form, seat: Membership, name: str = "quota_bytes") -> None:
    """After each size of the field its band; the price only for those who may see it."""
    field: Any = form.fields[name]
    prices = _prices(seat) if seat.allows(Act.SEE_BILLING) else {}
    field.choices = [
        (size, " · ".join([label, *_invoiced(size, prices)]) if size else label)
        for size, label in field.choices
    ]


def band_gb(size: int) -> int:
    return band_of(size, settings.BILLING_BANDS_GB)


def _prices(seat: Membership) -> Mapping[int, Decimal]:
    return dict(seat.account.plan.prices.values_list("band_gb", "monthly"))


def _invoiced(size: int, prices: Mapping[int, Decimal]) -> list[str]:
    """Invoiced as 25 GB, 2.50 EUR a month: as much of it as there is to say."""
    band, words = band_gb(size), []
    if size != band * GB:
        words.append(_("invoiced as %(band)d GB") % {"band": band})
    if band in prices:
        price = {"amount": number_format(prices[band], 2), "currency": settings.CURRENCY}
        words.append(_("%(amount)s %(currency)s a month") % price)
    return words
