"""Celery delivers late, twice and in any order, and it makes no difference."""

import random
import re
from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.conftest import StartSite
from tests.faults.deeds import double_messages
from tests.faults.enduring import AS_USUAL, endure
from tests.faults.load import Load
from tests.faults.site import Site
from tests.support.waiting import wait_until

Note = Callable[..., None]
_RECEIVED = re.compile(r"Task (\S+) received")


@pytest.mark.row("11", "every message delivered twice and out of order", "the second finds no row")
def test_messages_doubled(site: Site, note: Note) -> None:
    chance = random.Random(11)
    doubled: list[int] = []

    def fault(load: Load) -> None:
        for _ in range(3):
            doubled.append(double_messages(site, load.lasts, chance))
            load.goes_on(10)

    observed = endure(site, fault, only=AS_USUAL)
    assert sum(doubled) > 0
    note(observed, remark=f"({sum(doubled)} messages)")


@pytest.mark.row("11b", "tasks longer than the visibility timeout", "redelivered while they run; each row is done once")
def test_redelivered_while_running(start_site: StartSite, note: Note) -> None:
    site = start_site(part_env={"bulk": {"FAULTS_VISIBILITY": "1"}})

    def fault(load: Load) -> None:
        site.arm("count_is_slow")
        wait_until(lambda: redelivered(site), "a message is delivered again", 60)
        site.disarm("count_is_slow")

    note(endure(site, fault, only=AS_USUAL), remark=f"({redelivered(site)} messages)")


def redelivered(site: Site) -> int:
    """Return how many messages the worker received more than once."""
    received = Counter(_RECEIVED.findall(site.parts["bulk"].log()))
    return sum(count > 1 for count in received.values())


@pytest.mark.row("P", "a flood of 50,000 analytics rows", "totals are stored while it still drains")
def test_flood(site: Site, note: Note) -> None:
    stored: list[int] = []

    def fault(load: Load) -> None:
        site.sql(_FLOOD, 50_000)
        wait_until(lambda: flood_left(site) < 50_000, "the flood begins to drain")
        while (left := flood_left(site)) > 0:
            load.goes_on(5)
            if stored_lately(site):
                stored.append(left)

    observed = endure(site, fault, only=AS_USUAL)
    assert stored
    note(observed, remark=f"(seen {len(stored)} times)")


_FLOOD = """
    INSERT INTO workers_outboxrow (effect, key, payload, event_id, attempts, error, is_dead)
    SELECT 'record_analytics', id::text,
           jsonb_build_object('event_id', id, 'name', 'flood', 'occurred_at', '2026-01-01T00:00:00+00:00'),
           id, 0, '', false
      FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, %s)) flood
"""


def flood_left(site: Site) -> int:
    left: int = site.sql("SELECT count(*) FROM workers_outboxrow WHERE payload->>'name' = 'flood'")[0][0]
    return left


def stored_lately(site: Site) -> bool:
    """Return whether a cart that changed within the last second has its total, while the flood still lasts."""
    query = "SELECT 1 FROM cart_cart WHERE version = totals_version AND updated_at > clock_timestamp() - interval '1 s'"
    return bool(site.sql(query)) and flood_left(site) > 0
