"""The advisory lock of a day's figures. See docs/locking.md."""

from datetime import date

from core.locks import AdvisoryLock


def lock_day(day: date) -> None:
    """Serialise roll-ups of this day. Recording events does not wait for it."""
    AdvisoryLock.DAY.acquire([day.toordinal()])
