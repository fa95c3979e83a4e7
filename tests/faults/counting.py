"""An effect that is not idempotent: it counts units, so the sum shows what is lost or done twice.

The shop's own effects would hide this: totals are sums, alerts are states, events have unique ids.
"""

import time
import uuid
from typing import Any

from django.db.models.signals import post_save
from django.utils import timezone

from analytics.models import AnalyticsEvent
from cart.models import CartItem
from outbox.effects import effect
from outbox.intents import Intent, enqueue
from outbox.registry import Batch
from tests.faults.failpoints import is_armed
from tests.faults.names import COUNTED


@effect("count")
def count(batch: Batch) -> None:
    """Insert a row with a new id for each row of the outbox."""
    if is_armed("count_raises"):
        raise ConnectionError("the counter is away")
    if is_armed("count_is_slow"):
        time.sleep(3)  # the fault itself: an effect that takes long
    facts = [fact for payloads in batch.payloads.values() for fact in payloads]
    AnalyticsEvent.objects.bulk_create(_row(**fact) for fact in facts)


def _row(cart_id: int, variant_id: int, quantity: int, **about: object) -> AnalyticsEvent:
    """A row of these facts. The rest of a payload is the version and the request of the outbox row."""
    return AnalyticsEvent(
        name=COUNTED, occurred_at=timezone.now(), cart_id=cart_id, variant_id=variant_id, quantity=quantity
    )


def ask_for_count(instance: CartItem, raw: bool, **kwargs: Any) -> None:
    if instance.quantity_change and not raw:
        facts = {"cart_id": instance.cart_id, "variant_id": instance.product_variant_id}
        enqueue([Intent("count", key=uuid.uuid4(), payload=facts | {"quantity": instance.quantity_change})])


def connect() -> None:
    post_save.connect(ask_for_count, sender=CartItem, dispatch_uid="faults.ask_for_count")
