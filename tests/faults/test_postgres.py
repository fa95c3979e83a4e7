"""PostgreSQL dies, drops connections, has none left, reports a deadlock, or lets sessions wait for locks."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg2  # type: ignore[import-untyped]
import pytest

from tests.faults.conftest import StartSite
from tests.faults.deeds import end_backends
from tests.faults.enduring import AS_USUAL, endure, settle
from tests.faults.load import Load
from tests.faults.site import QUEUES, Site
from tests.support.waiting import wait_until

Note = Callable[..., None]
CHANCE = random.Random(15)
_END_OTHERS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE application_name <> 'rival' AND backend_type = 'client backend'
"""


@pytest.mark.row("14", "PostgreSQL killed and recovered, three times", "what was acknowledged is there; no worker dies")
def test_killed(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        for _ in range(3):
            site.postgres.kill()
            site.postgres.start()
            load.goes_on(10)

    observed = endure(site, fault)
    assert site.restarts == 0
    note(observed)


@pytest.mark.row("15", "all database connections ended, five times", "repeated adds and next tasks succeed")
def test_backends_terminated(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        for _ in range(5):
            end_backends(site, load.lasts, CHANCE)
            load.goes_on(10)

    observed = endure(site, fault)
    assert site.restarts == 0
    note(observed)


@pytest.mark.row("16", "deadlocks with a rival that locks in the wrong order", "tried again; shoppers see nothing")
def test_deadlock(start_site: StartSite, note: Note) -> None:
    site = start_site(postgres={"deadlock_timeout": "2s"})
    goods = site.goods()[:1]
    with Load(site.port, goods, clients=1) as load:
        load.goes_on(10)
        for _ in range(3):
            lock_in_the_wrong_order(site, goods[0].variant_id)
        load.goes_on(10)
    # On a slow machine the rival may come after the deadlock check. Then the add's lock time-out ends the wait.
    observed = settle(site, load, only=AS_USUAL | {503})
    assert "trying again after a deadlock" in site.parts["web"].log()
    note(observed)


@pytest.mark.row("17", "a lock held for 5 s", "adds of it are told that the shop is busy, and are not there")
def test_lock_held_too_long(site: Site, note: Note) -> None:
    good = site.goods()[0]

    def fault(load: Load) -> None:
        with rival(site) as cursor:
            cursor.execute("SELECT 1 FROM inventory_productvariant WHERE id = %s FOR UPDATE", [good.variant_id])
            load.lasts(5)

    observed = endure(site, fault, only=AS_USUAL | {503})
    assert observed.statuses[503] > 0
    note(observed)


@pytest.mark.row("17b", "serialization failures (REPEATABLE READ)", "tried again at most twice, then busy; no half add")
def test_serialization_failures(start_site: StartSite, note: Note) -> None:
    site = start_site(postgres={"default_transaction_isolation": "repeatable read"}, without=("bulk", "shopper"))
    goods = site.goods()[:1]
    with Load(site.port, goods, clients=8) as load:
        load.goes_on(60)
    assert "trying again after a rival change" in site.parts["web"].log()
    restart_as_usual(site)
    note(settle(site, load, only=AS_USUAL | {503}))


@pytest.mark.row("18", "no database connection is left for 4 s", "503 at once, nothing half done, and it recovers")
def test_connections_exhausted(start_site: StartSite, note: Note) -> None:
    site = start_site(postgres={"max_connections": 24})

    def fault(load: Load) -> None:
        with all_connections_taken(site):
            load.lasts(4)

    observed = endure(site, fault)
    assert observed.statuses[503] > 0
    note(observed)


def restart_as_usual(site: Site) -> None:
    """Restart with the default settings, and with the workers that were missing."""
    site.postgres.settings.pop("default_transaction_isolation")
    site.postgres.stop()
    site.postgres.start()
    for name, queues in QUEUES.items():
        site.add_worker(name, queues)


@contextmanager
def rival(site: Site) -> Iterator["psycopg2.extensions.cursor"]:
    """A transaction of another session, committed at the end of the block."""
    with closing(psycopg2.connect(site.postgres.url)) as connection, connection, connection.cursor() as cursor:
        yield cursor


def somebody_waits(cursor: "psycopg2.extensions.cursor") -> bool:
    cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
    return cursor.fetchone() is not None


def lock_in_the_wrong_order(site: Site, variant_id: int) -> None:
    """Lock the variant until an add waits for it, then lock that add's cart. The add must be the victim."""
    with rival(site) as cursor:
        cursor.execute("SET deadlock_timeout = '20s'")
        cursor.execute("SELECT 1 FROM inventory_productvariant WHERE id = %s FOR NO KEY UPDATE", [variant_id])
        wait_until(lambda: somebody_waits(cursor), "an add waits for the variant")
        cursor.execute("SELECT id FROM cart_cart ORDER BY id DESC FOR NO KEY UPDATE")  # one of them is the add's


@contextmanager
def all_connections_taken(site: Site) -> Iterator[None]:
    """Take every free connection, end those of others, and release all at the end of the block."""
    taken: list[psycopg2.extensions.connection] = []
    stop = threading.Event()

    def take() -> None:
        while not stop.wait(0.002):
            try:
                taken.append(psycopg2.connect(site.postgres.url, application_name="rival"))
            except psycopg2.OperationalError:
                with taken[0].cursor() as cursor:
                    cursor.execute(_END_OTHERS)
                taken[0].commit()

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for connection in taken:
            connection.close()
