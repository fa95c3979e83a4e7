"""Outbox rows after changes of stock, and after staff upload a file."""

from collections.abc import Collection
from typing import Any

from inventory.signals import import_submitted, stock_changed
from outbox.intents import Intent, enqueue


def connect() -> None:
    """Connect every receiver once."""
    stock_changed.connect(stock_has_changed, dispatch_uid="workers.stock_has_changed")
    import_submitted.connect(import_was_submitted, dispatch_uid="workers.import_was_submitted")


def stock_has_changed(sender: Any, variant_ids: Collection[int], **kwargs: Any) -> None:
    """Free stock changed other than by a cart line: units were received or adjusted, or a hold expired."""
    enqueue(Intent("check_low_stock", key=variant_id) for variant_id in variant_ids)


def import_was_submitted(sender: Any, job_id: int, **kwargs: Any) -> None:
    """Staff uploaded a file, or confirmed its changes."""
    enqueue([Intent("advance_imports", key=job_id)])
