"""What a plan may offer."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Plan
from tests.conftest import GB


@pytest.mark.parametrize(("bands", "fits"), [((8, 25), True), ((8,), False), ((8, 24), False)])
def test_a_plan_offers_nothing_that_no_band_holds(db, settings, bands, fits):
    settings.BILLING_BANDS_GB = bands
    plan = Plan(name="Large", largest_size_bytes=25 * GB)
    if fits:
        plan.full_clean()
    else:
        with pytest.raises(ValidationError, match=f"can be invoiced is {bands[-1]} GB"):
            plan.full_clean()
