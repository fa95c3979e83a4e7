"""`WorkerSmoke`: what a worker must be able to do, tested through pytest-celery's nodes, local or in a container.

A module that inherits it has these fixtures: `celery_worker`, which runs `tests.support.worker_with_probes`;
`celery_broker`, its broker; and `models_of_worker`, which points the models at the worker's database.
"""

import uuid

import pytest
from pytest_celery import CeleryTestBroker, CeleryTestWorker
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from cart.models import Cart
from cart.services import add_product_to_cart
from core.celery import Queue, app
from outbox.models import OutboxRow
from tests.faults.template import make_good
from tests.support.waiting import wait_until

TOTALS = "recalculate_cart_totals"


def send(broker: CeleryTestBroker, name: str, *arguments: object, queue: Queue = Queue.SCHEDULED) -> None:
    with app.connection_for_write(broker.config()["host_url"]) as connection:
        app.send_task(name, arguments, queue=queue.value, connection=connection)


def is_there(broker: CeleryTestBroker, key: str) -> bool:
    """Return whether a probe has left this key; False while the broker is restarting."""
    with Redis.from_url(broker.config()["host_url"]) as redis:
        try:
            return bool(redis.exists(key))
        except RedisConnectionError:
            return False


def has_ended(worker: CeleryTestWorker) -> bool:
    worker.container.reload()
    return bool(worker.container.status == "exited")


@pytest.mark.usefixtures("models_of_worker")
class WorkerSmoke:
    """Tests for a subclass to inherit."""

    def test_it_does_what_the_outbox_holds(
        self, celery_broker: CeleryTestBroker, celery_worker: CeleryTestWorker
    ) -> None:
        good = make_good(uuid.uuid4().hex[:8], 10)
        cart = add_product_to_cart(None, good.variant_id, 3, guest_token=uuid.uuid4())
        send(celery_broker, TOTALS, queue=Queue.SHOPPER)
        wait_until(lambda: not OutboxRow.objects.filter(effect=TOTALS).exists(), "the cart's row is done")
        cart = Cart.objects.get(pk=cart.pk)
        assert (cart.total_price, cart.totals_version) == (cart.items.get().total_price, cart.version)

    def test_told_to_stop_it_finishes_its_task_and_back_it_does_what_came_meanwhile(
        self, celery_broker: CeleryTestBroker, celery_worker: CeleryTestWorker
    ) -> None:
        send(celery_broker, "probe.slow", 2)
        wait_until(lambda: is_there(celery_broker, "probe.slow.started"), "the slow task runs")
        celery_worker.kill("SIGTERM")
        wait_until(lambda: has_ended(celery_worker), "the worker ends by itself")
        assert is_there(celery_broker, "probe.slow.over")
        send(celery_broker, "probe.trace", "seen")
        celery_worker.restart()
        wait_until(lambda: is_there(celery_broker, "seen"), "the task that came meanwhile is done")

    def test_it_outlives_the_death_of_its_broker(
        self, celery_broker: CeleryTestBroker, celery_worker: CeleryTestWorker
    ) -> None:
        """Even in the middle of a task, which Celery 5.7.0's own worker does not survive (workers/celery_guard.py)."""
        send(celery_broker, "probe.slow", 4)
        wait_until(lambda: is_there(celery_broker, "probe.slow.started"), "the slow task runs")
        celery_broker.kill()
        wait_until(lambda: "Connection to broker lost" in celery_worker.logs(), "the worker misses its broker")
        celery_broker.restart()
        send(celery_broker, "probe.trace", "seen")
        wait_until(lambda: is_there(celery_broker, "seen"), "a task runs after the broker's return")
        assert not has_ended(celery_worker), celery_worker.logs()
