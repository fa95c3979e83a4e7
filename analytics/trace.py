"""From an event to everything that became of it: what Flower cannot show, since it knows only what was published."""

import uuid
from dataclasses import dataclass

from django_celery_results.models import TaskResult

from analytics.models import AnalyticsEvent
from inventory.models import ProductVariant
from outbox.models import EffectRun, OutboxRow


@dataclass(frozen=True)
class TracedRun:
    """A batch that had rows of the event, and what Celery kept of its task (only failures are kept)."""

    run: EffectRun
    result: TaskResult | None


@dataclass(frozen=True)
class Trace:
    """An event by its id: the recorded event, if it is one, the rows still to be done, and the runs of those done."""

    event_id: uuid.UUID
    event: AnalyticsEvent | None
    sku: str
    rows: list[OutboxRow]
    runs: list[TracedRun]

    @property
    def is_empty(self) -> bool:
        return not (self.event or self.rows or self.runs)


def trace_event(event_id: uuid.UUID) -> Trace:
    """Everything that is known of an event. 5 queries. Runs are kept for SHOP_EFFECT_RUN_DAYS."""
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
    """Of the event's variant; its number where it is gone."""
    if event is None or event.variant_id is None:
        return "no variant"
    sku = ProductVariant.objects.filter(pk=event.variant_id).values_list("sku", flat=True).first()
    return sku or f"variant {event.variant_id}"
