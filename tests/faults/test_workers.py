"""Workers and beat die, at the worst moments and at random ones."""

import signal
from collections.abc import Callable

import pytest

from tests.faults.conftest import StartSite
from tests.faults.enduring import AS_USUAL, endure, settle, wait_until_empty
from tests.faults.load import Load
from tests.faults.shopper import LeanShopper
from tests.faults.site import QUEUES, Site
from tests.support.waiting import wait_until
from tools.local.process import signal_each

Note = Callable[..., None]
# Points of the two effects that show every loss and every repetition.
POINTS = [f"{moment} {effect}" for effect in ("count", "record_analytics") for moment in ("claimed", "handled")]
STOP_PATIENCE = 60.0  # seconds that a supervisor gives a worker to finish its task


def kill_at(site: Site, *points: str) -> Callable[[Load], None]:
    def fault(load: Load) -> None:
        for point in points:
            site.arm(point)
            wait_until(lambda point=point: not site.is_armed(point), f"a pool process dies at {point}")  # type: ignore[misc]
            load.goes_on(5)

    return fault


@pytest.mark.quick_fault
@pytest.mark.row("8", "pool process killed mid-drain, before and after the effect", "both are undone, then done")
def test_killed_before_its_commit(site: Site, note: Note) -> None:
    note(endure(site, kill_at(site, *POINTS), only=AS_USUAL))


@pytest.mark.row("8b", "pool process killed after COMMIT, before its acknowledgement", "redelivered, and finds no row")
def test_killed_before_its_ack(site: Site, note: Note) -> None:
    note(endure(site, kill_at(site, *["before_ack"] * 4), only=AS_USUAL))


@pytest.mark.row("8c", "both workers, all processes, killed at random", "restarted; every effect once")
def test_whole_groups_killed(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        for _ in range(3):
            for worker in site.workers:
                worker.kill()
            wait_until(lambda: all(each.is_running and each.is_ready for each in site.workers), "workers are back", 60)
            load.goes_on(10)

    observed = endure(site, fault, only=AS_USUAL)
    assert [worker.restarts for worker in site.workers] == [3, 3]
    note(observed)


@pytest.mark.row("9", "a pool process killed at random, eight times", "its rows are done by another")
def test_pool_children_killed(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        for number in range(8):
            worker = site.workers[number % 2]
            wait_until(lambda worker=worker: len(worker.children) >= 2, "the pool is whole")  # type: ignore[misc]
            signal_each(worker.children[-1:], signal.SIGKILL)
            load.goes_on(5)

    note(endure(site, fault, only=AS_USUAL))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT], ids=["SIGTERM", "SIGQUIT"])
@pytest.mark.row("10", "workers told to stop under load", "nothing is lost, they end by themselves and are restarted")
def test_told_to_stop(site: Site, note: Note, number: signal.Signals) -> None:
    def fault(load: Load) -> None:
        for worker in site.workers:
            before = worker.restarts
            worker.signal(number)
            wait_until(lambda w=worker, b=before: w.restarts > b, f"{worker.name} ends by {number.name}", STOP_PATIENCE)  # type: ignore[misc]

    note(endure(site, fault, only=AS_USUAL), remark=f"({number.name})")


@pytest.mark.row("13", "beat dead", "bells alone carry the effects")
def test_no_beat(start_site: StartSite, note: Note) -> None:
    site = start_site(without=("beat",))
    note(endure(site, lambda load: load.goes_on(100), only=AS_USUAL))


@pytest.mark.row("13a", "beat dead, 30 adds, each when the one before is done", "every single add has its own wake-up")
def test_each_add_rings(start_site: StartSite, note: Note) -> None:
    """A flag that is cleared too late loses a wake-up. Without a sweep, the effect would then wait for ever."""
    site = start_site(without=("beat",))
    good, shopper = site.goods()[0], LeanShopper(site.port)
    load = Load(site.port, [good])
    assert shopper.arrive(good)
    for _ in range(30):
        load.adds.append(shopper.add(good, 1))
        wait_until_empty(site)
    shopper.leave()
    note(settle(site, load, only=AS_USUAL))


@pytest.mark.row("13b", "two beats", "everything scheduled runs twice, and nothing happens twice")
def test_two_beats(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        second = site.add_beat("second-beat")
        wait_until(lambda: "Sending due task sweep_outbox" in second.log(), "the second beat sweeps", 60)
        load.goes_on(100)

    note(endure(site, fault, only=AS_USUAL))


@pytest.mark.row("13c", "no worker for a while, then one", "rows wait, and are done in batches")
def test_workers_start_later(start_site: StartSite, note: Note) -> None:
    site = start_site(without=tuple(QUEUES))

    def fault(load: Load) -> None:
        load.goes_on(100)
        for name, queues in QUEUES.items():
            site.add_worker(name, queues)

    note(endure(site, fault, only=AS_USUAL))


@pytest.mark.row("8d", "a worker frozen mid-drain for 12 s", "its locks are freed after 10 s, another does its rows")
def test_frozen_mid_drain(site: Site, note: Note) -> None:
    bulk = site.parts["bulk"]

    def fault(load: Load) -> None:
        site.arm("count_is_slow")
        wait_until(lambda: in_transaction(site), "a drain stands in its transaction")
        bulk.freeze()
        site.disarm("count_is_slow")
        site.add_worker("second-bulk", QUEUES["bulk"])
        load.lasts(12)
        bulk.thaw()

    note(endure(site, fault, only=AS_USUAL))


def in_transaction(site: Site) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE %s"
    return bool(site.sql(query, "%workers_outboxrow%"))
