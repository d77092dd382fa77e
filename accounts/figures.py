"""What the provider's start page says of people."""

from collections import Counter
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from kuploy.figures import MOST_COUNTED

DAYS = 7


def sign_ups() -> list[tuple[date, int]]:
    """How many on each of the last days, today last. The newest are looked at, not everybody."""
    today = timezone.now().date()
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    newest = User.objects.order_by("-pk").values_list("date_joined", flat=True)
    per_day = Counter(joined.date() for joined in newest[:MOST_COUNTED])
    return [(day, per_day[day]) for day in days]
