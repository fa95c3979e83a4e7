"""Raw events that are old go; what they added up to stays.

A figure is the sum of two rows: of the events that are still there, and of those that were dropped. Dropping moves
from one to the other in one transaction, so no figure changes by it. An event that comes for a day whose events are
gone is counted like any other, and dropped in its turn.
"""

import time
from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction

from analytics.locks import lock_day
from analytics.models import AnalyticsEvent
from analytics.rollup import roll_up_day
from core.days import bounds_of, day_of, start_of, today

BATCH = 10_000  # events in a transaction
LONGEST = 10.0  # seconds; what is left then is dropped by the next run

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


def drop_old_events() -> int:
    """Drop the events of days that are more than SHOP_EVENT_DAYS ago, the oldest first. Returns how many."""
    oldest_kept = start_of(today() - timedelta(days=settings.SHOP_EVENT_DAYS))
    old = AnalyticsEvent.objects.filter(occurred_at__lt=oldest_kept).order_by("occurred_at")
    moments = old.values_list("occurred_at", flat=True)
    dropped, stop_at = 0, time.monotonic() + LONGEST
    while time.monotonic() < stop_at and (moment := moments.first()):
        dropped += _drop_some(day_of(moment))
    return dropped


@transaction.atomic
def _drop_some(day: date) -> int:
    """Drop events of a day, with its figures brought up to date in the same transaction."""
    lock_day(day)
    with connection.cursor() as cursor:
        cursor.execute(_DROP, {"day": day, "most": BATCH, **bounds_of(day)})
        (dropped,) = cursor.fetchone()
    roll_up_day(day)
    return int(dropped)
