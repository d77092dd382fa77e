"""Messages per day as numbers for a page to draw: what passed, and above it what failed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domains.reports.summary import Counted

HEADROOM = 1.06


@dataclass(frozen=True, slots=True)
class Picture:
    """Paths of an SVG within 100 by 100, a bar for each day."""

    passed: str
    failed: str
    first: date
    most: int
    most_on: date


def draw(days: Mapping[date, Counted], first: date, today: date) -> Picture | None:
    """From the first day to today; None when there is nothing to draw."""
    if not days:
        return None
    most_on = max(days, key=lambda day: days[day].messages)
    most = days[most_on].messages
    width, top = 100 / ((today - first).days + 1), most * HEADROOM

    def bars(low: Callable[[Counted], int], high: Callable[[Counted], int]) -> str:
        return "".join(
            _bar((day - first).days * width, width, 100 * low(each) / top, 100 * high(each) / top)
            for day, each in days.items() if high(each) > low(each)
        )  # fmt: skip

    return Picture(
        passed=bars(lambda _each: 0, lambda each: each.passed),
        failed=bars(lambda each: each.passed, lambda each: each.messages),
        first=first,
        most=most,
        most_on=most_on,
    )


def _bar(x: float, width: float, low: float, high: float) -> str:
    """With a gap beside it, a tenth of its width on each side."""
    left, right = x + width * 0.1, x + width * 0.9
    return f"M{left:.2f} {100 - low:.2f}V{100 - high:.2f}H{right:.2f}V{100 - low:.2f}Z"


def start_of(days: int, today: date) -> date:
    return today - timedelta(days=days - 1)
