"""Each effect has its queue, and a message reaches that queue alone."""

import pytest

from celery_app import app
from core.queues import Queue
from core.redis import client
from workers.outbox.doorbell import ring
from workers.outbox.effects import registry

QUEUE_OF = {
    "recalculate_cart_totals": Queue.SHOPPER,
    "write_order_letters": Queue.SHOPPER,
    "check_low_stock": Queue.STAFF,
    "record_analytics": Queue.BULK,
    "advance_imports": Queue.BULK,
}


@pytest.mark.parametrize(("name", "queue"), QUEUE_OF.items())
def test_a_ring_goes_to_the_queue_of_its_effect_alone(name: str, queue: Queue) -> None:
    with app.connection_for_write() as connection:
        for declared in app.amqp.queues.values():
            declared(connection.default_channel).declare()
        ring([name])
    assert {other: client().llen(other.value) for other in Queue} == {other: int(other is queue) for other in Queue}


def test_no_shopper_waits_behind_analytics() -> None:
    """An import does, for the five seconds after which a drain lets others in; what it may take itself is longer."""
    assert {name: effect.queue for name, effect in registry.items()} == QUEUE_OF
