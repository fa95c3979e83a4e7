"""`period_end` and `refund_due`: until when a customer may withdraw, and when the money must be back.

Sources: Directive 2011/83/EU, Art. 9, 10 and 13; Regulation (EEC, Euratom) 1182/71, Art. 3, by which such periods are
counted: whole days, the day of the event not among them, and the next working day where the last one is a Saturday or
Sunday. Public holidays, which differ by country, are not known here: a customer who is late by one asks the shop.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PERIOD = timedelta(days=14)
REFUND_WITHIN = timedelta(days=14)

# Where a day of the Union ends last. A customer's clock counts, and nobody knows which one that is.
_LATEST_ZONE = ZoneInfo("Atlantic/Azores")
_SATURDAY = 5


def period_end(*, delivered: date, instructed: date | None) -> datetime:
    """The first moment after the period, aware.

    Arguments: the day on which the last of the goods came; the day on which the customer got the instruction about the
    right of withdrawal, None where they never did. Without it the period is 12 months longer, and where it comes within
    these months, the period ends 14 days after it.
    """
    usual = delivered + PERIOD
    longest = _a_year_after(usual)
    if instructed is None:
        return _end_of(longest)
    return _end_of(min(max(usual, instructed + PERIOD), longest))


def refund_due(declared: date) -> date:
    """The last day on which the money of a withdrawal that was declared on this day must be sent."""
    return declared + REFUND_WITHIN


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)


def _end_of(day: date) -> datetime:
    last = day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= _SATURDAY else 0)
    return datetime.combine(last + timedelta(days=1), time.min, _LATEST_ZONE)
