"""The statistics: one ratio of a start, and an interval over starts. Pure functions."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# Student's t for a two-sided interval of 99 %, by 1, 2, … degrees of freedom: NIST/SEMATECH e-Handbook of Statistical
# Methods, 1.3.6.7.2. Not 95 %: a table has seven rows, and of seven such intervals one would often be wrong.
_T = (
    *(63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169),
    *(3.106, 3.055, 3.012, 2.977, 2.947, 2.921, 2.898, 2.878, 2.861, 2.845),
    *(2.831, 2.819, 2.807, 2.797, 2.787, 2.779, 2.771, 2.763, 2.756, 2.750),
)
NARROW = 0.01  # half the width of an interval at which there is no need to go on
_TRIMMED = 0.2  # of each end, as Wilcox, "Introduction to Robust Estimation", advises where tails are heavy


@dataclass(frozen=True)
class Interval:
    """A ratio, and bounds that the true one lies between in 99 of 100 runs."""

    ratio: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    @property
    def shows_a_difference(self) -> bool:
        """Whether it lies on one side of 1, with its ratio further off than NARROW.

        What is nearer is not told apart, however narrow the interval: a revision beside itself has been seen 0.7 % off.
        """
        return not self.low <= 1 <= self.high and abs(self.ratio - 1) > NARROW


def ratio_of_start(pairs: Sequence[tuple[float, float]]) -> float:
    """How much more B cost than A in one start. Argument: costs of A and B, of one pair of rounds each.

    The trimmed mean of the ratios' logarithms: a round that was interrupted for long does not count, and B/A is
    exactly the inverse of A/B.
    """
    logs = sorted(math.log(b / a) for a, b in pairs)
    cut = int(len(logs) * _TRIMMED)
    return math.exp(statistics.fmean(logs[cut : len(logs) - cut]))


def interval(ratios: Sequence[float]) -> Interval:
    """The mean of the starts' ratios with its interval by Student's t, on logarithms; of one start it is unbounded."""
    logs = [math.log(ratio) for ratio in ratios]
    middle = statistics.fmean(logs)
    if len(logs) < 2:
        return Interval(math.exp(middle), 0.0, math.inf)
    freedom = len(logs) - 1
    reach = _T[min(freedom, len(_T)) - 1] * statistics.stdev(logs) / math.sqrt(len(logs))
    return Interval(math.exp(middle), math.exp(middle - reach), math.exp(middle + reach))
