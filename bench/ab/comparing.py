"""`compare`: measures start after start, until the intervals are narrow or the time is over."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.ab.figures import Comparison
from bench.ab.intervals import NARROW
from bench.ab.measures import Measure
from bench.ab.rounds import measured_start
from bench.ab.shop import Shop
from tools.local.process import Waiting
from tools.terminal import say

_FEWEST = 8  # starts: with fewer, the width of an interval is itself random


@dataclass(frozen=True)
class Plan:
    """`pairs` of rounds in each start, and starts for `seconds`. There are at least two starts, for an interval."""

    measures: Sequence[Measure]
    pairs: int
    seconds: float


def compare(shops: Sequence[Shop], plan: Plan, waiting: Waiting) -> Comparison:
    """Measure two prepared shops, and print the progress after each start. Raises LocalError if a shop fails."""
    comparison, began, starts, longest = Comparison(plan.measures), time.monotonic(), 0, 0.0
    say(f"\n    pairs   seconds{comparison.progress_heading}")
    while starts < 2 or _goes_on(comparison, starts, time.monotonic() - began + longest, plan):
        started = time.monotonic()
        comparison.note(measured_start(shops, plan.measures, first=starts % 2, pairs=plan.pairs, waiting=waiting))
        ended = time.monotonic()
        starts, longest = starts + 1, max(longest, ended - started)
        say(f"    {starts * plan.pairs:>5}   {ended - began:>7.0f}{comparison.progress}")
    return comparison


def _goes_on(comparison: Comparison, starts: int, seconds: float, plan: Plan) -> bool:
    return seconds < plan.seconds and (starts < _FEWEST or comparison.widest > NARROW)
