"""From signals to the outbox: what shall happen after which change. One receiver a signal, one `enqueue` a receiver.

The apps below announce and know nothing of this; a feature adds its own receiver and its own rows.
"""

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save

from analytics.events import event_intent
from cart.models import CartItem
from cart.signals import customer_data_requested, drill_ended, holds_expired, holds_extended, stock_short
from inventory.errors import InsufficientStock
from inventory.signals import import_submitted, stock_changed
from outbox.intents import Intent, enqueue
from workers import order_receivers
from workers.erasing import erase_traces
from workers.personal import events_of


def connect() -> None:
    """Connect every receiver once; called by `WorkersConfig.ready`."""
    post_save.connect(line_saved, sender=CartItem, dispatch_uid="workers.line_saved")
    post_delete.connect(line_deleted, sender=CartItem, dispatch_uid="workers.line_deleted")
    stock_changed.connect(stock_has_changed, dispatch_uid="workers.stock_has_changed")
    import_submitted.connect(import_was_submitted, dispatch_uid="workers.import_was_submitted")
    stock_short.connect(stock_was_short, dispatch_uid="workers.stock_was_short")
    holds_expired.connect(holds_have_expired, dispatch_uid="workers.holds_have_expired")
    holds_extended.connect(holds_were_extended, dispatch_uid="workers.holds_were_extended")
    drill_ended.connect(drill_has_ended, dispatch_uid="workers.drill_has_ended")
    customer_data_requested.connect(events_of, dispatch_uid="workers.events_of")
    order_receivers.connect()


def line_saved(sender: type[CartItem], instance: CartItem, raw: bool, **kwargs: Any) -> None:
    """A line was added or changed."""
    if not raw:
        _line_changed(instance)


def line_deleted(sender: type[CartItem], instance: CartItem, **kwargs: Any) -> None:
    """A line was removed, by its shopper or with its cart."""
    _line_changed(instance)


def stock_has_changed(sender: Any, variant_ids: Collection[int], **kwargs: Any) -> None:
    """Free stock changed by another way than a line: received, adjusted, a hold that ran out."""
    enqueue(Intent("check_low_stock", key=variant_id) for variant_id in variant_ids)


def import_was_submitted(sender: Any, job_id: int, **kwargs: Any) -> None:
    """Staff uploaded a file, or confirmed what it would do."""
    enqueue([Intent("advance_imports", key=job_id)])


def stock_was_short(sender: Any, error: InsufficientStock, idempotency_key: str | None, **kwargs: Any) -> None:
    """A shopper asked for more than was free. Repeats of one request are one shortage, known by its key."""
    event_id = uuid.uuid5(uuid.NAMESPACE_OID, idempotency_key) if idempotency_key else uuid.uuid4()
    facts = {
        "asked": error.requested,
        "got": 0,
        "free": error.available,
        "held_by_others": bool(error.first_hold_ends),
    }
    # As quantity, the units that were asked for and not got.
    shortage = event_intent(
        "stock_shortage", event_id, variant_id=error.variant_id, quantity=error.requested, data=facts
    )
    enqueue([shortage], event_id=event_id)


def holds_have_expired(sender: Any, lines: Iterable[CartItem], **kwargs: Any) -> None:
    """Units went back to the shelf because nobody kept or bought them in time."""
    enqueue(_hold_event("hold_expired", line) for line in lines)


def holds_were_extended(sender: Any, lines: Iterable[CartItem], **kwargs: Any) -> None:
    """A shopper asked for more time."""
    enqueue(_hold_event("hold_kept", line) for line in lines)


def drill_has_ended(sender: Any, variant_ids: Collection[int], cart_ids: Collection[int], **kwargs: Any) -> None:
    """An oversell drill is over: nothing that it set off shall happen or be counted."""
    erase_traces(variant_ids=variant_ids, cart_ids=cart_ids)


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


def _hold_event(name: str, line: CartItem) -> Intent:
    units = line.reserved_quantity
    return event_intent(
        name,
        uuid.uuid4(),
        variant_id=line.product_variant_id,
        cart_id=line.cart_id,
        quantity=units,
        value=str(line.price * units),
    )
