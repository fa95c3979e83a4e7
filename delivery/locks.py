"""Row locks of deliveries. See docs/locking.md."""

from collections.abc import Collection

from delivery.models import Delivery


def lock_due_delivery(delivery_id: int) -> Delivery | None:
    """Lock a delivery that is due. Returns None where it is not, or where another worker has it locked."""
    due = Delivery.objects.due().filter(pk=delivery_id)
    return due.select_for_update(no_key=True, skip_locked=True).first()


def lock_dead_deliveries(delivery_ids: Collection[int]) -> list[Delivery]:
    """Lock those of these deliveries that are dead."""
    dead = Delivery.objects.unsent().filter(pk__in=delivery_ids, is_dead=True).order_by("pk")
    return list(dead.select_for_update(no_key=True))
