"""Daily figures: the events of a day, added up by name, and by name and variant.

A day is always added up anew from all its events, never changed by an amount. So it does not matter how often that
happens, or how late an event came.
"""

import time
from datetime import date

from django.db import connection, transaction

from analytics.locks import lock_day
from analytics.models import DailyFigure, UncountedDay
from core.days import bounds_of, today

LONGEST = 10.0  # seconds; marks that are left then are for the next run

# Rows without a variant are of all events of that name, those that have no variant included.
_ADD_UP = """
    INSERT INTO workers_dailyfigure (day, name, variant_id, of_dropped, events, quantity, value)
    SELECT %(day)s, name, variant_id, FALSE, count(*), sum(quantity), sum(value)
      FROM workers_analyticsevent
     WHERE occurred_at >= %(start)s AND occurred_at < %(end)s
     GROUP BY GROUPING SETS ((name), (name, variant_id))
    HAVING grouping(variant_id) = 1 OR variant_id IS NOT NULL
"""


def roll_up_marked_days() -> list[date]:
    """Bring the figures of every day that is over and was marked up to date, the newest first, a transaction a day.

    Returns the days.
    """
    marked = UncountedDay.objects.filter(day__lt=today()).order_by("-day").values_list("day", flat=True).distinct()
    days: list[date] = []
    stop_at = time.monotonic() + LONGEST
    for day in marked:
        if time.monotonic() >= stop_at:
            break
        roll_up_day(day)
        days.append(day)
    return days


@transaction.atomic
def roll_up_day(day: date) -> None:
    """Add up the events of a day that are there now. Whoever reads meanwhile sees the figures of before. 4 statements.

    The marks go first: an event that is committed after that statement has a mark of its own, which stays.
    """
    lock_day(day)
    UncountedDay.objects.filter(day=day).delete()
    DailyFigure.objects.filter(day=day, of_dropped=False).delete()
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP, {"day": day, **bounds_of(day)})
