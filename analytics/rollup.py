"""Daily figures: rolled up from the events of a day by name and by variant; old events are dropped.

A day is always added up anew from all its events, so it does not matter how often that happens or how late an event
comes. A figure is the sum of two rows: of events that exist, and of dropped ones. Dropping moves from one to the other
in one transaction, so no figure changes. An event that comes for a day without events counts like any other, and is
dropped later.
"""

import time
from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction

from analytics.locks import lock_day
from analytics.models import AnalyticsEvent, DailyFigure, UncountedDay
from core.days import bounds_of, day_of, start_of, today

BATCH = 10_000  # events that are dropped in a transaction
LONGEST = 10.0  # seconds; the next run does what is left then

# Rows without a variant are of all events of that name, including those without a variant.
_ADD_UP = """
    INSERT INTO workers_dailyfigure (day, name, variant_id, of_dropped, events, quantity, value)
    SELECT %(day)s, name, variant_id, FALSE, count(*), sum(quantity), sum(value)
      FROM workers_analyticsevent
     WHERE occurred_at >= %(start)s AND occurred_at < %(end)s
     GROUP BY GROUPING SETS ((name), (name, variant_id))
    HAVING grouping(variant_id) = 1 OR variant_id IS NOT NULL
"""

_DROP = """
    WITH gone AS (
        DELETE FROM workers_analyticsevent WHERE id IN (
            SELECT id FROM workers_analyticsevent
             WHERE occurred_at >= %(start)s AND occurred_at < %(end)s
             ORDER BY occurred_at LIMIT %(most)s)
        RETURNING name, variant_id, quantity, value),
    added AS (
        INSERT INTO workers_dailyfigure AS figure (day, name, variant_id, of_dropped, events, quantity, value)
        SELECT %(day)s, name, variant_id, TRUE, count(*), sum(quantity), sum(value)
          FROM gone
         GROUP BY GROUPING SETS ((name), (name, variant_id))
        HAVING grouping(variant_id) = 1 OR variant_id IS NOT NULL
            ON CONFLICT (day, name, variant_id, of_dropped) DO UPDATE SET
               events = figure.events + excluded.events,
               quantity = figure.quantity + excluded.quantity,
               value = figure.value + excluded.value)
    SELECT count(*) FROM gone
"""


def roll_up_marked_days() -> list[date]:
    """Update the figures of each marked day that is over, newest first, a transaction a day. Returns the days."""
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
    """Add up the existing events of a day. Readers see the old figures meanwhile. 4 statements.

    The marks are deleted first: an event committed after that statement has a mark of its own, which stays.
    """
    lock_day(day)
    UncountedDay.objects.filter(day=day).delete()
    DailyFigure.objects.filter(day=day, of_dropped=False).delete()
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP, {"day": day, **bounds_of(day)})


def drop_old_events() -> int:
    """Drop the events of days more than SHOP_EVENT_DAYS ago, oldest first. Returns how many."""
    oldest_kept = start_of(today() - timedelta(days=settings.SHOP_EVENT_DAYS))
    old = AnalyticsEvent.objects.filter(occurred_at__lt=oldest_kept).order_by("occurred_at")
    moments = old.values_list("occurred_at", flat=True)
    dropped, stop_at = 0, time.monotonic() + LONGEST
    while time.monotonic() < stop_at and (moment := moments.first()):
        dropped += _drop_some(day_of(moment))
    return dropped


@transaction.atomic
def _drop_some(day: date) -> int:
    """Drop events of a day and update its figures in the same transaction."""
    lock_day(day)
    with connection.cursor() as cursor:
        cursor.execute(_DROP, {"day": day, "most": BATCH, **bounds_of(day)})
        (dropped,) = cursor.fetchone()
    roll_up_day(day)
    return int(dropped)
