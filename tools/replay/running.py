"""`Replay`: several shoppers at once, each with their own visits in the order of the log."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.replay.log import Account, Outcome, ReplayLog, Visit
from tools.replay.shops import Shop

_LOOK = 2.0  # seconds between two lines of progress


@dataclass
class Replay:
    """A run: the log's visits spread over these seconds (0: as fast as possible), by so many shoppers at once."""

    log: ReplayLog
    shop: Shop
    shoppers: int
    seconds: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def account(self) -> Account:
        return self.shop.account

    def run(self, tell: Callable[[float], None]) -> bool:
        """Make all visits. `tell` regularly gets the seconds since the start. Returns whether all visits were made.

        Ctrl-C stops it after the visits that have begun, so that the report is exact.
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
        """Give all visits of a customer to one shopper: else a return could come before its order."""
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
        """Make a visit. If it fails, all its lines are counted as failed, and other visits go on."""
        try:
            outcomes = self.shop.visit(visit)
        except Exception as error:
            self.account.note_error(f"invoice {visit.invoice}: {type(error).__name__}: {error}")
            outcomes = [Outcome.FAILED] * len(visit.lines)
        for line, outcome in zip(visit.lines, outcomes, strict=True):
            self.account.count(outcome, line.units)
