"""`event_intent` enqueues an event with its change; `record_events` stores events."""

import json
import uuid
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from core.days import day_of
from outbox.intents import Intent

# By hand, since workers do this for each add: through the ORM it costs three times as much.
_RECORD = """
    INSERT INTO workers_analyticsevent (event_id, name, occurred_at, cart_id, variant_id, quantity, value, data)
    VALUES {events} ON CONFLICT DO NOTHING
"""
_EVENT = "(%s, %s, %s, %s, %s, %s, %s, %s)"


def event_intent(name: str, event_id: uuid.UUID, **facts: Any) -> Intent:
    """The effect that records an analytics event. All facts are given here, since they may change later.

    Arguments: the GA4 name; the id, the same for the same event; cart_id, variant_id, quantity, value (as text), data.
    """
    payload = {"event_id": str(event_id), "name": name, "occurred_at": timezone.now().isoformat(), **facts}
    return Intent("record_analytics", key=event_id, payload=payload, event_id=event_id)


def record_events(payloads: Iterable[dict[str, Any]]) -> None:
    """Store events from their payloads. An event whose id is stored already is skipped. 2 statements.

    Runs in the caller's transaction, so events and the marks of their days are committed together.
    """
    events = [_event(payload) for payload in payloads]
    if not events:
        return
    with connection.cursor() as cursor:
        sql = _RECORD.format(events=", ".join([_EVENT] * len(events)))
        cursor.execute(sql, [value for event in events for value in event])
    mark_days(day_of(occurred_at) for _, _, occurred_at, *_ in events)


def mark_days(days: Iterable[date]) -> None:
    """Mark these days: their figures may not know all events. 1 statement, which waits for no lock."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO workers_uncountedday (day) SELECT unnest(%s::date[])", [sorted(set(days))])


def _event(facts: dict[str, Any]) -> tuple[Any, ...]:
    return (
        facts["event_id"],
        facts["name"],
        datetime.fromisoformat(facts["occurred_at"]),
        facts.get("cart_id"),
        facts.get("variant_id"),
        facts.get("quantity", 0),
        Decimal(facts.get("value", 0)),
        json.dumps(facts.get("data", {})),
    )
