"""`ratio_of_start`: the ratio of one start. `interval`: the interval over starts. Pure functions."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# Student's t for a two-sided interval of 99 %, by 1, 2, … degrees of freedom: NIST/SEMATECH e-Handbook of Statistical
# Methods, 1.3.6.7.2. Not 95 %: a table has seven rows, and of seven intervals of 95 % one is often wrong.
_T = (
    *(63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169),
    *(3.106, 3.055, 3.012, 2.977, 2.947, 2.921, 2.898, 2.878, 2.861, 2.845),
    *(2.831, 2.819, 2.807, 2.797, 2.787, 2.779, 2.771, 2.763, 2.756, 2.750),
)
NARROW = 0.01  # half the width of an interval at which the measuring may end
_TRIMMED = 0.2  # of each end, as Wilcox, "Introduction to Robust Estimation", advises where tails are heavy


@dataclass(frozen=True)
class Interval:
    """A ratio with its bounds. In 99 of 100 runs the true ratio lies between the bounds."""

    ratio: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    @property
    def shows_a_difference(self) -> bool:
        """Whether the interval is on one side of 1, and its ratio is further from 1 than NARROW.

        A nearer ratio shows nothing, however narrow the interval: a revision compared with itself was 0.7 % off.
        """
        return not self.low <= 1 <= self.high and abs(self.ratio - 1) > NARROW


def ratio_of_start(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the cost of B divided by that of A in one start. `pairs` are costs of A and B, one a pair of rounds.

    It is the trimmed mean of the ratios' logarithms: a round with a long interruption does not count, and B/A is
    exactly the inverse of A/B.
    """
    logs = sorted(math.log(b / a) for a, b in pairs)
    cut = int(len(logs) * _TRIMMED)
    return math.exp(statistics.fmean(logs[cut : len(logs) - cut]))


def interval(ratios: Sequence[float]) -> Interval:
    """Return the mean of the starts' ratios, with Student's interval, on logarithms. For one start it is unbounded."""
    logs = [math.log(ratio) for ratio in ratios]
    middle = statistics.fmean(logs)
    if len(logs) < 2:
        return Interval(math.exp(middle), 0.0, math.inf)
    freedom = len(logs) - 1
    reach = _T[min(freedom, len(_T)) - 1] * statistics.stdev(logs) / math.sqrt(len(logs))
    return Interval(math.exp(middle), math.exp(middle - reach), math.exp(middle + reach))
