"""Shoppers who act all at once, send forms twice, or send what no form would."""

import random
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.enduring import AS_USUAL, settle, wait_until_empty
from tests.faults.load import Load
from tests.faults.proxy import Proxy
from tests.faults.shopper import Add, LeanShopper, Outcome
from tests.faults.site import Site
from tests.faults.tasks import send_task
from tests.faults.template import Good, make_good
from tests.support.browsing import all_at_once
from tests.support.waiting import wait_until

Note = Callable[..., None]
UNITS, SHOPPERS = 10, 60
TIMES = 20


def load_of(site: Site, adds: list[Add]) -> Load:
    """Return a finished load of these adds, for the checks that follow a load."""
    load = Load(site.port, site.goods())
    load.adds = adds
    for add in adds:
        add.shopper.leave()
    return load


def new_good(site: Site, sku: str, stock: int) -> Good:
    with site.orm():
        return make_good(sku, stock)


@pytest.mark.row("19", f"{SHOPPERS} shoppers, {UNITS} units, all at once", "exactly as many adds as units")
def test_oversell_race(site: Site, note: Note) -> None:
    good = new_good(site, "RACE", UNITS)
    shoppers = [LeanShopper(site.port) for _ in range(SHOPPERS)]
    for shopper in shoppers:
        assert shopper.arrive(good)
        shopper.leave()  # the web closes a connection that is idle for two seconds
    load = load_of(site, all_at_once(lambda shopper: shopper.add(good, 1), shoppers))
    note(settle(site, load, only=AS_USUAL))
    assert load.count(Outcome.ACKED) == UNITS


@pytest.mark.row("21", f"one form sent {TIMES} times at once", "one add; every answer is the same")
def test_double_submit(site: Site, note: Note) -> None:
    good, key = site.goods()[0], str(uuid.uuid4())
    shopper = LeanShopper(site.port)
    assert shopper.arrive(good)
    shopper.leave()
    adds = all_at_once(lambda twin: twin.add(good, 2, key), [shopper.twin() for _ in range(TIMES)])
    assert [add.status for add in adds] == [303] * TIMES
    load = load_of(site, adds)
    assert site.sql("SELECT sum(quantity)::int FROM cart_cartitem") == [(2,)]
    note(settle(site, load, only=AS_USUAL))


@pytest.mark.row("21b", "the answer to an add is lost, and it is sent again", "one add")
def test_answer_lost(site: Site, note: Note) -> None:
    good = site.goods()[0]
    shopper = LeanShopper(site.port)
    assert shopper.arrive(good)
    with Proxy(site.port) as proxy:
        proxy.answers_lost = True
        shopper.leave()
        shopper.port = proxy.port
        adds = [shopper.add(good, 2) for _ in range(5)]
    assert {add.outcome for add in adds} == {Outcome.UNKNOWN}
    shopper.port = site.port
    load = load_of(site, adds)
    note(settle(site, load))
    assert site.sql("SELECT sum(quantity)::int FROM cart_cartitem") == [(10,)]


BAD: list[dict[str, str]] = [
    *[{"quantity": text} for text in ("0", "-1", "2147483648", "9223372036854775808", "1e309", "NaN", "\uff11", "1;")],
    *[{"quantity": text} for text in ("", " ", "1.5", "+1", "1_0", "0x1", "true", "[1]", "9" * 4000)],
    *[{"variant": text} for text in ("", "0", "-1", "999999999", "9" * 30, "1 OR 1=1", "\uff11", "[1]", "null")],
    *[{"key": text} for text in ("", "k" * 65, "é", "\x00", "line\nbreak")],
    {"next": "x" * 1_000_000, "quantity": "x"},
]


@pytest.mark.row("22", f"{len(BAD)} kinds of bad input", "4xx, and not a row is written")
def test_bad_input(site: Site, note: Note) -> None:
    shopper = LeanShopper(site.port)
    good = site.goods()[0]
    assert shopper.arrive(good)
    wait_until_empty(site)
    before = rows_written(site)
    fields = {"variant": str(good.variant_id), "quantity": "1", "key": str(uuid.uuid4())}
    statuses = {str(bad)[:60]: shopper.post(fields | bad)[0] for bad in BAD}
    shopper.leave()
    assert {what: status for what, status in statuses.items() if not 400 <= status < 500} == {}
    assert rows_written(site) == before
    note(settle(site, load_of(site, [])))


def rows_written(site: Site) -> list[tuple[Any, ...]]:
    tables = ("cart_cart", "cart_cartitem", "cart_idempotencykey", "workers_outboxrow", "workers_analyticsevent")
    counts = (f"SELECT '{table}', count(*) FROM {table}" for table in tables)  # noqa: S608 - names of ours
    return site.sql(" UNION ALL ".join(counts))


@pytest.mark.row("23", "holds run out while others add and two sweeps run", "each is released once or kept, never both")
def test_expiry_races_adds(site: Site, note: Note) -> None:
    goods = [new_good(site, f"SCARCE{number}", 20) for number in range(2)]
    stop = threading.Event()
    ending = threading.Thread(target=end_holds, args=(site, stop))
    ending.start()
    try:
        with Load(site.port, goods, clients=8) as load:
            load.goes_on(150)
    finally:
        stop.set()
        ending.join()
    # A sweep that is queued still would write rows after the outbox was seen to be empty.
    wait_until(lambda: not site.sql(_EXPIRED), "no hold is left for a sweep")
    note(settle(site, load, only=AS_USUAL))
    assert load.count(Outcome.ACKED) > 40, "no unit was ever given back"


_EXPIRED = "SELECT id FROM cart_cartitem WHERE reserved_quantity > 0 AND reserved_until <= clock_timestamp()"


def end_holds(site: Site, stop: threading.Event) -> None:
    """Repeatedly let a third of the holds expire, and run two sweeps at once."""
    chance = random.Random(23)
    while not stop.wait(0.1):
        site.sql(
            """UPDATE cart_cartitem SET reserved_until = clock_timestamp() - interval '1 ms' WHERE id IN
                 (SELECT id FROM cart_cartitem WHERE reserved_quantity > 0 AND id %% 3 = %s FOR UPDATE SKIP LOCKED)""",
            chance.randrange(3),
        )
        for _ in range(2):
            send_task(site, "sweep_holds")
