"""`Comparison`: the figures of two revisions, and the table that shows them."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.ab.intervals import Interval, interval, ratio_of_start
from bench.ab.measures import Measure
from bench.ab.rounds import Pair

_HEADING = f"{'CPU of':<28} {'A, ms':>8} {'B, ms':>8} {'B/A':>7}   99 % interval"


@dataclass
class Figure:
    """One row of the table. Each start has a ratio B/A, and the milliseconds of A and B."""

    name: str
    title: str
    ratios: list[float] = field(default_factory=list)
    milliseconds: list[tuple[float, float]] = field(default_factory=list)

    @property
    def interval(self) -> Interval:
        return interval(self.ratios)

    @property
    def row(self) -> str:
        a, b = (statistics.median(side) for side in zip(*self.milliseconds, strict=True))
        found = self.interval
        verdict = ("B costs less" if found.ratio < 1 else "B costs more") if found.shows_a_difference else ""
        bounds = f"{found.low:.3f} to {found.high:.3f}"
        return f"{self.title:<28} {a:>8.3f} {b:>8.3f} {found.ratio:>7.3f}   {bounds:<16} {verdict}".rstrip()

    def note(self, pairs: Sequence[tuple[float, float]], units: int) -> None:
        """Add a start. `pairs` are the CPU seconds of A and B, for so many `units` in each."""
        self.ratios.append(ratio_of_start(pairs))
        a, b = (statistics.median(side) * 1000 / units for side in zip(*pairs, strict=True))
        self.milliseconds.append((a, b))


class Comparison:
    """All figures: the web process for each measure, and PostgreSQL for adds."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        self._web = {measure: Figure(measure.name, measure.title) for measure in measures}
        self._database = {measure: Figure("its SQL", "  PostgreSQL for it") for measure in measures if measure.adds}

    def note(self, start: Mapping[Measure, Sequence[Pair]]) -> None:
        """Add a start."""
        for measure, pairs in start.items():
            self._web[measure].note([(a.web, b.web) for a, b in pairs], measure.units)
            if measure in self._database:
                self._database[measure].note([(a.database, b.database) for a, b in pairs], measure.units)

    @property
    def figures(self) -> list[Figure]:
        """In the order of the table."""
        pairs = ((web, self._database.get(measure)) for measure, web in self._web.items())
        return [figure for pair in pairs for figure in pair if figure]

    @property
    def widest(self) -> float:
        """Half the width of the widest interval."""
        return max(figure.interval.half_width for figure in self.figures)

    @property
    def table(self) -> str:
        return "\n".join([_HEADING, *(figure.row for figure in self.figures)])

    @property
    def progress_heading(self) -> str:
        return "".join(f"{figure.name:>10}" for figure in self.figures) + f"{'widest':>10}"

    @property
    def progress(self) -> str:
        """The present ratios, and half the width of the widest interval."""
        return "".join(f"{figure.interval.ratio:>10.3f}" for figure in self.figures) + f"{f'±{self.widest:.3f}':>10}"
