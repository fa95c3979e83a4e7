"""Redis is away, hangs, loses data or is full: shoppers notice nothing, and workers catch up."""

from collections.abc import Callable

import pytest

from tests.faults.conftest import StartSite
from tests.faults.enduring import AS_USUAL, endure, settle
from tests.faults.load import Load
from tests.faults.parts import Part
from tests.faults.site import Site
from tests.faults.tasks import send_task
from tests.support.waiting import wait_until

Note = Callable[..., None]
AWAY = 5.0  # seconds: more than two silences of the breaker
IDLE = 30.0  # seconds: three of the checks that a connection is alive


@pytest.mark.row("3", "Redis killed, back empty after 5 s", "adds go on; every effect is done after its return")
def test_dead(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        site.valkey.kill()
        load.lasts(AWAY)
        site.valkey.start()

    note(endure(site, fault, only=AS_USUAL))


@pytest.mark.quick_fault
@pytest.mark.row("4", "Redis frozen for 5 s", "adds go on, one wait for each process and opening of the breaker")
def test_frozen(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        site.valkey.freeze()
        load.lasts(AWAY)
        site.valkey.thaw()

    note(endure(site, fault, only=AS_USUAL))


@pytest.mark.row("4b", "half-open: nothing arrives for 5 s, nothing is closed", "the same")
def test_half_open(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        site.proxy.stalled = True
        load.lasts(AWAY)
        site.proxy.stalled = False

    note(endure(site, fault, only=AS_USUAL))


@pytest.mark.row("4c", "every connection to Redis reset, again and again", "the same; no process dies of it")
def test_reset(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        for _ in range(8):
            site.proxy.reset()
            load.lasts(0.5)

    observed = endure(site, fault, only=AS_USUAL)
    assert site.restarts == 0
    note(observed)


@pytest.mark.row("4d", "Redis answers 0.1 s late", "the same")
def test_slow(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        site.proxy.delay = 0.1
        load.lasts(4)
        site.proxy.delay = 0.0

    note(endure(site, fault, only=AS_USUAL))


@pytest.mark.row("4e", "two workers idle for 30 s, then every connection reset", "they take the next message")
def test_reset_after_silence(start_site: StartSite, note: Note) -> None:
    """Other shops' workers were seen to consume nothing after this, and not to come back (celery/celery#10302)."""
    site = start_site(without=("beat",))
    load = Load(site.port, site.goods())
    load.lasts(IDLE)
    site.proxy.reset()
    # Its sweep wakes a worker also for a row whose own message went into a dead connection of the web.
    site.add_beat()
    with load:
        load.goes_on()
    observed = settle(site, load, only=AS_USUAL)
    assert site.restarts == 0
    note(observed)


@pytest.mark.parametrize("durable", [False, True], ids=["forgetting", "durable"])
@pytest.mark.row("5", "Redis killed and back while a task is unacknowledged", "no worker dies of it")
def test_restarted_during_a_task(start_site: StartSite, note: Note, durable: bool) -> None:
    site = start_site(durable_redis=durable)

    def fault(load: Load) -> None:
        for queue in ("bulk", "shopper"):
            send_task(site, "faults.slow", 4, queue=queue)
        wait_until(lambda: site.redis.exists("faults.slow.started"), "the slow task runs")
        site.valkey.kill()
        wait_until(
            lambda: all("onnection to broker lost" in part.log() for part in site.workers), "both workers see it"
        )
        site.valkey.start()

    observed = endure(site, fault, only=AS_USUAL)
    wait_until(lambda: takes_tasks(site), "a task is taken after its return")
    assert site.restarts == 0
    note(observed, remark="(append-only file)" if durable else "(no persistence)")


@pytest.mark.quick_fault
@pytest.mark.row("6", "FLUSHALL, ten times", "messages and bells are gone; the sweep finds every row")
def test_flushed(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        for _ in range(10):
            site.redis.flushall()
            load.lasts(0.3)

    def flush_the_last(load: Load) -> None:
        for worker in site.workers:
            worker.is_wanted = False
            worker.kill()
        load.one_more()
        site.redis.flushall()
        for worker in site.workers:
            worker.is_wanted = True

    note(endure(site, fault, last=flush_the_last, only=AS_USUAL))


@pytest.mark.row("7", "Redis full for 5 s (it refuses writes)", "adds go on; every effect is done when there is room")
def test_full(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        site.redis.config_set("maxmemory", 1)
        load.lasts(AWAY)
        site.redis.config_set("maxmemory", 0)

    note(endure(site, fault, only=AS_USUAL))


def misses_broker(worker: Part) -> bool:
    return "onnection to broker lost" in worker.log()


def takes_tasks(site: Site) -> bool:
    """Return whether both workers have recorded a pulse since. Beat sends the task every ten seconds."""
    return not site.sql("SELECT 1 FROM workers_heartbeat WHERE seen_at < now() - interval '15 seconds'")
