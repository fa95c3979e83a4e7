"""The lock of a day's figures. See docs/locking.md."""

from datetime import date

from core.locks import AdvisoryLock


def lock_day(day: date) -> None:
    """Serialise whoever adds up the events of this day. Whoever records events does not wait for it."""
    AdvisoryLock.DAY.acquire([day.toordinal()])
