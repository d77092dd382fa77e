"""A line over days, as numbers for a page to draw: places in percent of a frame it may stretch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from quotas.models import Point

HEADROOM = 1.06


@dataclass(frozen=True, slots=True)
class Mark:
    """One day of the line, and where it lies: from the left, and from the top."""

    day: date
    text: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Picture:
    line: str  # an SVG path within 100 by 100
    area: str
    limit: str
    limit_y: str
    first: Mark
    peak: Mark
    last: Mark


def draw(
    points: Sequence[Point], metric: str, limit: int, say: Callable[[int], str]
) -> Picture | None:
    """The line of one metric, as stairs: between two points nothing changed. None for one point."""
    if len(points) < 2:
        return None
    frame = _Frame(points, metric, limit, say)
    marks = [frame.mark(point) for point in points]
    line = f"M{marks[0].x} {marks[0].y}" + "".join(f"H{mark.x}V{mark.y}" for mark in marks[1:])
    return Picture(
        line=line,
        area=f"{line}V100H0Z",
        limit=say(limit),
        limit_y=frame.y(limit),
        first=marks[0],
        peak=frame.mark(max(points, key=frame.value)),
        last=marks[-1],
    )


class _Frame:
    """From the first day to the last one, and from nothing to a little above the highest."""

    def __init__(
        self, points: Sequence[Point], metric: str, limit: int, say: Callable[[int], str]
    ) -> None:
        self.metric, self.say, self.start = metric, say, points[0].day
        self.days = (points[-1].day - self.start).days
        self.top = max(limit, *map(self.value, points)) * HEADROOM

    def value(self, point: Point) -> int:
        return int(getattr(point, self.metric))

    def y(self, value: int) -> str:
        return f"{100 - 100 * value / self.top:.2f}"

    def mark(self, point: Point) -> Mark:
        value = self.value(point)
        x = f"{100 * (point.day - self.start).days / self.days:.2f}"
        return Mark(point.day, self.say(value), x, self.y(value))
