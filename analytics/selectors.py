"""Questions about what shoppers did: daily figures, the history of a cart, the trace of one event."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count, Sum
from django_celery_results.models import TaskResult

from analytics.models import AnalyticsEvent, DailyFigure
from core.days import start_of, today
from inventory.models import ProductVariant
from outbox.models import EffectRun, OutboxRow

MOST_SHOWN = 500  # events of a cart


class Figure(NamedTuple):
    """The sums of events of one name: how many, their units, and the value of these."""

    events: int = 0
    quantity: int = 0
    value: Decimal = Decimal(0)


def figures_of_today() -> dict[str, Figure]:
    """Figures by name, from the events of today. 1 query, which reads no event of another day."""
    events = AnalyticsEvent.objects.filter(occurred_at__gte=start_of(today())).order_by()
    rows = events.values_list("name").annotate(Count("pk"), Sum("quantity"), Sum("value"))
    return {name: Figure(*sums) for name, *sums in rows}


def figures_of_days(*, first: date, before: date) -> dict[date, dict[str, Figure]]:
    """Figures by day and name, from the roll-ups, for days that had events. 1 query.

    Events of the last minute or two may be missing, also of a day that has just ended.
    """
    rows = DailyFigure.objects.filter(day__gte=first, day__lt=before, variant_id=None).order_by()
    sums = rows.values_list("day", "name").annotate(Sum("events"), Sum("quantity"), Sum("value"))
    figures: dict[date, dict[str, Figure]] = {}
    for day, name, *added in sums:
        figures.setdefault(day, {})[name] = Figure(*added)
    return figures


@dataclass(frozen=True)
class Happening:
    """An event, the SKU of its variant, and the name of the member of staff who did it.

    Each of the two is empty where there is none, or not any more.
    """

    event: AnalyticsEvent
    sku: str
    staff: str = ""


@dataclass(frozen=True)
class CartHistory:
    """Events of a cart, oldest first. `is_cut` says that older ones are not shown."""

    cart_id: int
    happenings: list[Happening]
    is_cut: bool


def cart_history(cart_id: int) -> CartHistory:
    """The last 500 events of a cart. 2 queries, and 1 where staff did something."""
    events = AnalyticsEvent.objects.filter(cart_id=cart_id).order_by("-occurred_at", "-id")
    found = list(events[: MOST_SHOWN + 1])
    shown = found[:MOST_SHOWN][::-1]
    variants = ProductVariant.objects.filter(pk__in={event.variant_id for event in shown})
    skus = dict(variants.values_list("pk", "sku"))
    names = _names({event.data["staff"] for event in shown if "staff" in event.data})
    happenings = [
        Happening(event, skus.get(event.variant_id or 0, ""), names.get(event.data.get("staff"), "")) for event in shown
    ]
    return CartHistory(cart_id=cart_id, happenings=happenings, is_cut=len(found) > MOST_SHOWN)


def _names(user_ids: set[int]) -> dict[int | None, str]:
    return dict(User.objects.filter(pk__in=user_ids).values_list("pk", "username")) if user_ids else {}


@dataclass(frozen=True)
class TracedRun:
    """A batch with rows of the event, and the stored result of its Celery task (only failures are stored)."""

    run: EffectRun
    result: TaskResult | None


@dataclass(frozen=True)
class Trace:
    """An event by its id: the recorded event, the rows still to be done, and the runs of those done."""

    event_id: uuid.UUID
    event: AnalyticsEvent | None
    sku: str
    rows: list[OutboxRow]
    runs: list[TracedRun]

    @property
    def is_empty(self) -> bool:
        return not (self.event or self.rows or self.runs)


def trace_event(event_id: uuid.UUID) -> Trace:
    """Everything that is known of an event. 5 queries. Runs are kept for SHOP_EFFECT_RUN_DAYS.

    Flower cannot show this: it knows only published tasks.
    """
    runs = list(EffectRun.objects.filter(event_ids__contains=[event_id]).order_by("id"))
    results = {
        result.task_id: result for result in TaskResult.objects.filter(task_id__in={run.task_id for run in runs})
    }
    event = AnalyticsEvent.objects.filter(event_id=event_id).first()
    return Trace(
        event_id=event_id,
        event=event,
        sku=_sku(event),
        rows=list(OutboxRow.objects.filter(event_id=event_id).order_by("id")),
        runs=[TracedRun(run=run, result=results.get(run.task_id)) for run in runs],
    )


def _sku(event: AnalyticsEvent | None) -> str:
    """The SKU of the event's variant; its id where the variant is deleted."""
    if event is None or event.variant_id is None:
        return "no variant"
    sku = ProductVariant.objects.filter(pk=event.variant_id).values_list("sku", flat=True).first()
    return sku or f"variant {event.variant_id}"
