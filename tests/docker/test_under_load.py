"""Containers die under load, are joined by others and are replaced: what shoppers were told is so, every effect happens
once, and stock is what it should be. The load and what must hold are those of tests/faults."""

import time
from collections.abc import Callable

import pytest

from tests.docker.shop import DockerShop, did_since, tell
from tests.faults.enduring import AS_USUAL, endure
from tests.faults.load import Load
from tests.support.waiting import wait_until

AWAY = 4.0  # seconds
Fault = Callable[[Load], None]


@pytest.fixture(autouse=True)
def goods(shop: DockerShop) -> None:
    shop.new_goods()


@pytest.mark.parametrize("service", ["worker", "bulk-worker", "beat", "redis", "web", "postgres"])
def test_killed_under_load(shop: DockerShop, service: str) -> None:
    def fault(load: Load) -> None:
        shop.kill(service)
        load.lasts(AWAY)
        shop.revive(service)

    # Who is asked by web may be missed by a shopper; everything else may not.
    observed = endure(shop, fault, only=None if service in ("web", "postgres") else AS_USUAL)
    assert shop.restarts == 0, "something else died of it"
    shop.wait_until_healthy()
    tell(observed)


def test_a_worker_that_ends_by_itself_is_started_again(shop: DockerShop) -> None:
    def fault(load: Load) -> None:
        worker = shop.containers("worker")[0]
        worker.exec_run(["sh", "-c", "kill -TERM 1"])
        wait_until(lambda: shop.restarts == 1, "Docker starts it again", 90)

    tell(endure(shop, fault, only=AS_USUAL))
    shop.wait_until_healthy()


def test_two_webs_and_three_workers_share_the_load(shop: DockerShop) -> None:
    since = time.time()
    shop.scale(web=2, worker=3)

    def all_are_at_work() -> bool:
        return did_since(shop.containers("web"), since, "cart/add/") and did_since(
            shop.containers("worker"), since, "succeeded in"
        )

    def fault(load: Load) -> None:
        wait_until(all_are_at_work, "two webs and three workers are at work", 60)

    tell(endure(shop, fault, only=AS_USUAL))


def test_a_rolling_restart_loses_no_add(shop: DockerShop) -> None:
    """One container after the other, each web when the one before is healthy again."""
    shop.scale(web=2, worker=3)

    def fault(load: Load) -> None:
        for container in shop.containers("web"):
            container.restart(timeout=20)
            shop.wait_until_healthy()
        for container in shop.containers("worker"):
            container.restart(timeout=60)
            load.goes_on(10)

    tell(endure(shop, fault, only=AS_USUAL))
