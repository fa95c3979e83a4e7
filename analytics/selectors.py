"""Questions about what shoppers did."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Sum

from analytics.models import AnalyticsEvent, DailyFigure
from core.days import start_of, today


class Figure(NamedTuple):
    """What events of one name add up to: how many, their units, and what these cost."""

    events: int = 0
    quantity: int = 0
    value: Decimal = Decimal(0)


def figures_of_today() -> dict[str, Figure]:
    """By name, from the events of today themselves. 1 query, which reads no event of another day."""
    events = AnalyticsEvent.objects.filter(occurred_at__gte=start_of(today())).order_by()
    rows = events.values_list("name").annotate(Count("pk"), Sum("quantity"), Sum("value"))
    return {name: Figure(*sums) for name, *sums in rows}


def figures_of_days(*, first: date, before: date) -> dict[date, dict[str, Figure]]:
    """By day and name, from the roll-ups, of days that had events. 1 query.

    Figures of the last minute or two may be missing, also of a day that has just ended.
    """
    rows = DailyFigure.objects.filter(day__gte=first, day__lt=before, variant_id=None).order_by()
    sums = rows.values_list("day", "name").annotate(Sum("events"), Sum("quantity"), Sum("value"))
    figures: dict[date, dict[str, Figure]] = {}
    for day, name, *added in sums:
        figures.setdefault(day, {})[name] = Figure(*added)
    return figures
