"""Recording what shoppers did."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from workers.models import AnalyticsEvent


def record_events(payloads: Iterable[dict[str, Any]]) -> None:
    """Store events from their facts. An event id that is stored already is left as it is. 1 statement."""
    AnalyticsEvent.objects.bulk_create([_event(payload) for payload in payloads], ignore_conflicts=True)


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
