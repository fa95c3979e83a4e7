"""What became of every line of a replay."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a line, in the words of the report."""

    SOLD = "sold"
    ONLY_N_LEFT = "refused: fewer were left"
    ALL_IN_CARTS = "refused: all in other carts"
    SOLD_OUT = "refused: sold out"
    NOT_SOLD_HERE = "refused: not sold here"
    ORDER_REFUSED = "in a cart, but its order was refused"
    RETURNED = "returned"
    PARTLY_RETURNED = "returned in part; the rest was not bought here"
    NOT_BOUGHT_HERE = "not returned: not bought here, or returned before"
    FAILED = "failed"


@dataclass
class Account:
    """Lines and units by outcome, and the first errors. Shoppers count at the same time."""

    lines: Counter[Outcome] = field(default_factory=Counter)
    units: Counter[Outcome] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, outcome: Outcome, units: int) -> None:
        """One line, and the units that it is about."""
        with self._lock:
            self.lines[outcome] += 1
            self.units[outcome] += units

    def count_visit(self, kind: str) -> None:
        with self._lock:
            self.visits[kind] += 1

    def note_error(self, text: str) -> None:
        """Keep an error that no shop should answer with; the first ten are shown."""
        with self._lock:
            if len(self.errors) < 10:
                self.errors.append(text)

    @property
    def lines_done(self) -> int:
        return sum(self.lines.values())
