"""What was measured, as a table for people and as JSON for programs."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Figure:
    name: str
    size: str
    ours: float
    floor: float
    unit: str

    @property
    def ratio(self) -> float:
        return self.ours / self.floor


def in_turn(rounds: int, *contestants: Callable[[], float]) -> list[float]:
    """The median of each; all of them run in each round, so that a noisy moment hits them alike."""
    results = [[run() for run in contestants] for _ in range(rounds)]
    return [median(column) for column in zip(*results, strict=True)]


def shown(figures: Iterable[Figure]) -> list[Figure]:
    """All of them; each is printed as soon as it is there."""
    print(f"{'':44} {'size':12} {'ours':>8} {'floor':>8} {'ratio':>7}  unit")
    kept = []
    for figure in figures:
        kept.append(figure)
        ours, floor = _short(figure.ours), _short(figure.floor)
        line = f"{figure.name:44} {figure.size:12} {ours:>8} {floor:>8} {figure.ratio:7.2f}"
        print(f"{line}  {figure.unit}", flush=True)
    return kept


def save(figures: Iterable[Figure], path: Path) -> None:
    rows = [asdict(figure) | {"ratio": figure.ratio} for figure in figures]
    path.write_text(json.dumps(rows, indent=1) + "\n")


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"
