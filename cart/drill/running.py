"""A drill from start to end: alone, stoppable at any moment, and gone without a trace."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from django.db import connection

from cart.drill.crowd import Crowd
from cart.drill.plan import DrillPlan
from cart.drill.result import DrillResult, Watch
from cart.drill.stage import clear_away, set_up
from core.locks import AdvisoryLock


class DrillBusy(Exception):
    """Another drill is running on this database. Nothing was changed."""


class DrillStopped(Exception):
    """Ctrl-C or SIGTERM came; everything was removed. `signal_number` says which."""

    def __init__(self, signal_number: int) -> None:
        self.signal_number = signal_number
        super().__init__("The drill was stopped; everything of it was removed.")


def run_drill(plan: DrillPlan, tell: Callable[[str], None]) -> DrillResult:
    """Run a drill and remove it again, whatever happens.

    Arguments: the plan; `tell` is given a line of progress now and then.
    Raises DrillBusy, DrillStopped, and TimeoutError when the buyers' processes hang.
    """
    with _alone(), _stoppable() as check:
        if clear_away():
            tell("removed what a killed drill had left")
        crowd = Crowd(plan)
        try:
            return _run(plan, crowd, check, tell)
        finally:
            crowd.stop()
            clear_away()
            tell("removed the drill's variant, carts and traces")


def _run(plan: DrillPlan, crowd: Crowd, check: Callable[[], None], tell: Callable[[str], None]) -> DrillResult:
    variant = set_up(plan)
    watch = Watch(variant.pk, plan.units)
    tell(f"starting {plan}")
    crowd.start(variant.pk, check)
    tell("all are ready; letting them loose at once")

    def look() -> None:
        check()
        watch.look()
        progress(len(crowd.answers))

    progress = _progress(plan.buyers, tell)
    crowd.release(look)
    return DrillResult.of(plan, crowd, watch)


def _progress(buyers: int, tell: Callable[[str], None]) -> Callable[[int], None]:
    """Tells of every tenth part of the buyers."""
    told = 0

    def progress(answered: int) -> None:
        nonlocal told
        if answered * 10 // buyers > told:
            told = answered * 10 // buyers
            tell(f"{answered} of {buyers} buyers have their answer")

    return progress


@contextmanager
def _alone() -> Iterator[None]:
    """One drill at a time, or each would take the other for a killed one's remains.

    An open transaction has the lock, so that the server lets go of it however this process ends; a session's lock would
    outlive it behind a pooler. Without a snapshot or a row it keeps nothing from being vacuumed.
    """
    guard = connection.copy()
    try:
        guard.set_autocommit(False)
        with guard.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        if not AdvisoryLock.DRILL.try_acquire(using=guard):
            raise DrillBusy("Another drill is running on this database. Wait for it to end.")
        yield
    finally:
        guard.close()


@contextmanager
def _stoppable() -> Iterator[Callable[[], None]]:
    """Ctrl-C and SIGTERM only leave word; yields what raises DrillStopped then. So nothing interrupts the removal."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    def check() -> None:
        if came:
            raise DrillStopped(came[0])

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
