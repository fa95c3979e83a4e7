"""The figures of a run, as a table and as JSON. A speed is a ratio to a reference of the same run."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Reach:
    """The target of a figure: at most, or at least, so much."""

    limit: float
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.limit:g}"

    def is_met(self, number: float) -> bool:
        return number >= self.limit if self.at_least else number <= self.limit


@dataclass(frozen=True)
class Figure:
    """One row. `spread` is the smallest and the largest of the rounds.

    `spread` and `reach` are about the ratio where there is a reference, else about the value.
    """

    name: str
    value: float
    unit: str
    spread: tuple[float, float]
    reference: float | None = None
    ratio: float | None = None
    reach: Reach | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if there is none."""
        decided_by = self.value if self.ratio is None else self.ratio
        return self.reach.is_met(decided_by) if self.reach else None

    def as_row(self) -> dict[str, object]:
        return {**asdict(self), "reach": str(self.reach) if self.reach else None, "met": self.met}


def measured(name: str, values: Sequence[float], unit: str, reach: Reach | None = None) -> Figure:
    """Return the median of the rounds' values."""
    return Figure(name, _median(values), unit, _spread(values), reach=reach)


def compared(name: str, rounds: Sequence[tuple[float, float]], unit: str, reach: Reach | None = None) -> Figure:
    """Return the median of the rounds' ratios. A round is a value and its reference."""
    values, references = [value for value, _ in rounds], [reference for _, reference in rounds]
    ratios = [value / reference for value, reference in rounds]
    reference, ratio = _median(references), _median(ratios)
    return Figure(name, _median(values), unit, _spread(ratios), reference, ratio, reach)


def save(measure: str, figures: Sequence[Figure]) -> None:
    """Write a measure's rows to bench/results.json, in place of those of its last run."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    rows = [row for row in kept if row["measure"] != measure]
    rows += [{"measure": measure, **figure.as_row()} for figure in figures]
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def heading() -> str:
    """Return the first line of the table."""
    return f"{'measure':58} {'value':>10} {'unit':8} {'reference':>10} {'ratio':>7} {'spread':>15}  {'reach':14} met"


def line(figure: Figure) -> str:
    """Return the figure's line of the table."""
    reference = "" if figure.reference is None else f"{figure.reference:.4g}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    spread = f"{figure.spread[0]:.3g} to {figure.spread[1]:.3g}"
    met = {None: "", True: "yes", False: "NO"}[figure.met]
    numbers = f"{figure.value:10.4g} {figure.unit:8} {reference:>10} {ratio:>7} {spread:>15}"
    return f"{figure.name:58} {numbers}  {figure.reach or ''!s:14} {met}".rstrip()


def _median(values: Sequence[float]) -> float:
    return float(f"{statistics.median(values):.4g}")


def _spread(values: Sequence[float]) -> tuple[float, float]:
    return float(f"{min(values):.3g}"), float(f"{max(values):.3g}")
