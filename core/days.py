"""Days of the shop: from midnight to midnight in TIME_ZONE, 23 or 25 hours long when clocks change."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def day_of(moment: datetime) -> date:
    """The day of an aware moment."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def today() -> date:
    return day_of(timezone.now())


def start_of(day: date) -> datetime:
    """The first moment of a day, aware."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def bounds_of(day: date) -> dict[str, datetime]:
    """The first moment of a day (`start`) and of the next day (`end`)."""
    return {"start": start_of(day), "end": start_of(day + timedelta(days=1))}
