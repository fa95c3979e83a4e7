"""Asking for an event to be recorded: its facts, complete, with the change that it is about."""

import uuid
from typing import Any

from django.utils import timezone

from outbox.intents import Intent


def event_intent(name: str, event_id: uuid.UUID, **facts: Any) -> Intent:
    """The effect that records an analytics event. Nothing is looked up later, when it may have changed.

    Arguments: its GA4 name; its id, the same for the same event; cart_id, variant_id, quantity, value (as text), data.
    """
    payload = {"event_id": str(event_id), "name": name, "occurred_at": timezone.now().isoformat(), **facts}
    return Intent("record_analytics", key=event_id, payload=payload, event_id=event_id)
