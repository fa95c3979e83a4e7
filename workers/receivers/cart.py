"""Outbox rows after changes of lines and holds, and the events in the file of a customer's data."""

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db.models.signals import post_delete, post_save

from analytics.events import event_intent
from analytics.models import AnalyticsEvent
from cart.models import CartItem
from cart.signals import (
    customer_data_requested,
    holds_changed_by_staff,
    holds_expired,
    holds_extended,
    stock_short,
)
from inventory.errors import InsufficientStock
from outbox.intents import Intent, enqueue

# Columns of an event in the file of a customer's data.
_EXPORTED = ("name", "occurred_at", "cart_id", "variant_id", "quantity", "value")


def connect() -> None:
    """Connect every receiver once."""
    post_save.connect(line_saved, sender=CartItem, dispatch_uid="workers.line_saved")
    post_delete.connect(line_deleted, sender=CartItem, dispatch_uid="workers.line_deleted")
    stock_short.connect(stock_was_short, dispatch_uid="workers.stock_was_short")
    holds_expired.connect(holds_have_expired, dispatch_uid="workers.holds_have_expired")
    holds_extended.connect(holds_were_extended, dispatch_uid="workers.holds_were_extended")
    holds_changed_by_staff.connect(staff_changed_holds, dispatch_uid="workers.staff_changed_holds")
    customer_data_requested.connect(customer_data_was_requested, dispatch_uid="workers.customer_data_was_requested")


def line_saved(sender: type[CartItem], instance: CartItem, raw: bool, **kwargs: Any) -> None:
    """A line was added or changed."""
    if not raw:
        _line_changed(instance)


def line_deleted(sender: type[CartItem], instance: CartItem, **kwargs: Any) -> None:
    """A line was removed, by its shopper or with its cart."""
    _line_changed(instance)


def stock_was_short(sender: Any, error: InsufficientStock, idempotency_key: str | None, **kwargs: Any) -> None:
    """A shopper asked for more than was free. Repeats of one request have one key, and so are one event."""
    event_id = uuid.uuid5(uuid.NAMESPACE_OID, idempotency_key) if idempotency_key else uuid.uuid4()
    facts = {
        "asked": error.requested,
        "got": 0,
        "free": error.available,
        "held_by_others": bool(error.first_hold_ends),
    }
    # The quantity is the units that the shopper asked for and did not get.
    shortage = event_intent(
        "stock_shortage", event_id, variant_id=error.variant_id, quantity=error.requested, data=facts
    )
    enqueue([shortage], event_id=event_id)


def holds_have_expired(sender: Any, lines: Iterable[CartItem], **kwargs: Any) -> None:
    """Holds expired: their units are free again."""
    enqueue(_hold_event("hold_expired", line) for line in lines)


def holds_were_extended(sender: Any, lines: Iterable[CartItem], **kwargs: Any) -> None:
    """A shopper asked for more time."""
    enqueue(_hold_event("hold_kept", line) for line in lines)


def staff_changed_holds(
    sender: Any, lines: Iterable[CartItem], change: str, actor: User, reason: str, **kwargs: Any
) -> None:
    """Staff ended or extended holds. The cart's history says who, by their id, and why."""
    data = {"staff": actor.pk, "reason": reason}
    enqueue(_hold_event(f"hold_{change}", line, data=data) for line in lines)


def customer_data_was_requested(sender: Any, cart_ids: Collection[int], **kwargs: Any) -> dict[str, Any]:
    """Return the events of the carts of a customer who asks for their data. 1 query.

    Events outlive the account: its carts are deleted with it, and a cart's number then identifies nobody.
    """
    return {"events": list(AnalyticsEvent.objects.filter(cart_id__in=cart_ids).values(*_EXPORTED))}


def _line_changed(line: CartItem) -> None:
    event_id = uuid.uuid4()
    intents = [
        Intent("recalculate_cart_totals", key=line.cart_id),
        Intent("check_low_stock", key=line.product_variant_id),
    ]
    change = line.quantity_change
    if change:
        intents.append(
            event_intent(
                "add_to_cart" if change > 0 else "remove_from_cart",
                event_id,
                variant_id=line.product_variant_id,
                cart_id=line.cart_id,
                quantity=abs(change),
                value=str(line.price * abs(change)),
            )
        )
    enqueue(intents, event_id=event_id)


def _hold_event(name: str, line: CartItem, **facts: Any) -> Intent:
    units = line.reserved_quantity
    return event_intent(
        name,
        uuid.uuid4(),
        variant_id=line.product_variant_id,
        cart_id=line.cart_id,
        quantity=units,
        value=str(line.price * units),
        **facts,
    )
