"""Each effect has its queue, and a message reaches that queue alone."""

import pytest

from core.celery import Queue, app
from core.redis import client
from outbox.registry import registry
from outbox.wakeup import notify

pytestmark = pytest.mark.servers

QUEUE_OF = {
    "recalculate_cart_totals": Queue.SHOPPER,
    "write_order_letters": Queue.SHOPPER,
    "check_low_stock": Queue.STAFF,
    "record_analytics": Queue.BULK,
    "count_customers": Queue.BULK,
    "count_related": Queue.BULK,
    "count_units_sold": Queue.BULK,
    "issue_documents": Queue.SHOPPER,
    "render_documents": Queue.BULK,
    "note_refund_accepted": Queue.STAFF,
    "advance_imports": Queue.BULK,
}


@pytest.mark.parametrize(("name", "queue"), QUEUE_OF.items())
def test_a_wake_up_goes_to_the_queue_of_its_effect_alone(name: str, queue: Queue) -> None:
    with app.connection_for_write() as connection:
        for declared in app.amqp.queues.values():
            declared(connection.default_channel).declare()
        notify([name])
    assert {other: client().llen(other.value) for other in Queue} == {other: int(other is queue) for other in Queue}


def test_no_shopper_waits_behind_analytics() -> None:
    """An import does, for the five seconds after which a drain lets others in; what it may take itself is longer."""
    assert {name: effect.queue for name, effect in registry.items()} == QUEUE_OF
