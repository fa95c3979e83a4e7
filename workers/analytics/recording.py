"""Recording what shoppers did."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workers.analytics.days import day_of
from workers.models import AnalyticsEvent, UncountedDay


def record_events(payloads: Iterable[dict[str, Any]]) -> None:
    """Store events from their facts. An event id that is stored already is left as it is. 2 statements.

    Runs in the transaction of the caller, so that events and the marks of their days are kept together or not at all.
    """
    events = [_event(payload) for payload in payloads]
    AnalyticsEvent.objects.bulk_create(events, ignore_conflicts=True)
    mark_days(day_of(event.occurred_at) for event in events)


def mark_days(days: Iterable[date]) -> None:
    """Say that the figures of these days may not know all events any more. 1 statement, which waits for nobody."""
    UncountedDay.objects.bulk_create([UncountedDay(day=day) for day in sorted(set(days))])


def _event(facts: dict[str, Any]) -> AnalyticsEvent:
    return AnalyticsEvent(
        event_id=facts["event_id"],
        name=facts["name"],
        occurred_at=datetime.fromisoformat(facts["occurred_at"]),
        cart_id=facts.get("cart_id"),
        variant_id=facts.get("variant_id"),
        quantity=facts.get("quantity", 0),
        value=Decimal(facts.get("value", 0)),
        data=facts.get("data", {}),
    )
