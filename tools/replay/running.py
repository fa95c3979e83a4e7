"""Several shoppers at once, each with their own visits in the order of the log, until all are done or it is stopped."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.replay.log import Account, Outcome, ReplayLog, Visit
from tools.replay.shops import Shop

_LOOK = 2.0  # seconds between two reports of progress


@dataclass
class Replay:
    """A run: the log's visits over so many seconds (0: as fast as it goes), by so many shoppers at once."""

    log: ReplayLog
    shop: Shop
    shoppers: int
    seconds: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def account(self) -> Account:
        return self.shop.account

    def run(self, tell: Callable[[float], None]) -> bool:
        """Make all visits. `tell` hears the seconds since the start now and then. Returns whether all were made.

        Ctrl-C stops it after the visits that are under way, so that what is reported is what happened.
        """
        started = time.monotonic()
        threads = [
            threading.Thread(target=self._shop, args=(visits, started), name=f"shopper {number}")
            for number, visits in enumerate(self._by_shopper())
        ]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                threads[0].join(_LOOK)
                threads = [thread for thread in threads if thread.is_alive()] or threads[:1]
                tell(time.monotonic() - started)
        except KeyboardInterrupt:
            self._stop.set()
        finally:
            for thread in threads:
                thread.join()
        return not self._stop.is_set()

    def _by_shopper(self) -> list[list[Visit]]:
        """All visits of one customer are one shopper's, or a return could come before what it brings back."""
        parts: list[list[Visit]] = [[] for _ in range(self.shoppers)]
        for visit in self.log.visits:
            parts[sum(visit.who.encode()) % self.shoppers].append(visit)
        return parts

    def _shop(self, visits: list[Visit], started: float) -> None:
        try:
            for visit in visits:
                if self._stop.wait(self._seconds_until(visit, started)):
                    return
                self._make(visit)
        finally:
            self.shop.leave()

    def _seconds_until(self, visit: Visit, started: float) -> float:
        if not self.seconds:
            return 0.0
        first, last = self.log.visits[0].moment, self.log.visits[-1].moment
        part = (visit.moment - first) / (last - first) if last > first else 0.0
        return max(0.0, started + part * self.seconds - time.monotonic())

    def _make(self, visit: Visit) -> None:
        """A visit that fails is counted as such with all of its lines, and the others go on."""
        try:
            outcomes = self.shop.visit(visit)
        except Exception as error:
            self.account.note_error(f"invoice {visit.invoice}: {type(error).__name__}: {error}")
            outcomes = [Outcome.FAILED] * len(visit.lines)
        for line, outcome in zip(visit.lines, outcomes, strict=True):
            self.account.count(outcome, line.units)
