"""The ways of delivery that shoppers are offered. Orders keep a copy of theirs, so no change reaches them."""

from collections.abc import Collection

from core.transactions import command
from orders.errors import LastDeliveryMethod
from orders.locks import lock_offered_delivery_methods
from orders.models import DeliveryMethod


@command
def save_delivery_method(*, method: DeliveryMethod, fields: Collection[str]) -> None:
    """Make a new one, or write these fields of one. Raises LastDeliveryMethod: one at least stays on offer."""
    if method._state.adding:
        method.save()
        return
    if not method.is_active:
        _keep_one(method)
    method.save(update_fields=fields)


@command
def delete_delivery_method(*, method: DeliveryMethod) -> None:
    """Delete one. Shoppers who had chosen it choose again. Raises LastDeliveryMethod."""
    _keep_one(method)
    method.delete()


def _keep_one(method: DeliveryMethod) -> None:
    offered = [other.pk for other in lock_offered_delivery_methods()]
    if offered == [method.pk]:
        raise LastDeliveryMethod
