"""A worker outlives a Redis that is killed while a task is not yet acknowledged (Celery 5.7.0's bug, guarded)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from celery_app import app
from shop.local.servers import Valkey
from tests.processes import start_worker
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    """A broker of this test's own, which it may kill."""
    valkey = Valkey(tmp_path / "broker")
    valkey.start()
    yield valkey
    valkey.stop()


def test_a_worker_outlives_the_death_of_redis(broker: Valkey, tmp_path: Path) -> None:
    worker = start_worker(tmp_path, application="tests.worker_with_probes", REDIS_URL=broker.url)
    try:
        worker.ready()
        with app.connection_for_write(broker.url) as connection:
            app.send_task("probe.slow", [4], connection=connection)
            redis = Redis.from_url(broker.url)
            wait_until(lambda: redis.exists("probe.slow.started"), "the slow task runs")
            broker.kill()
            wait_until(lambda: "Connection to broker lost" in worker.logs(), "the worker misses its broker")
            broker.start()
        with app.connection_for_write(broker.url) as connection:
            app.send_task("probe.trace", ["seen"], connection=connection)
        wait_until(lambda: answers(broker.url), "a task runs after the broker's return")
        assert worker.status == "running", worker.logs()
    finally:
        worker.teardown()


def answers(url: str) -> bool:
    try:
        return bool(Redis.from_url(url).exists("seen"))
    except RedisConnectionError:
        return False
