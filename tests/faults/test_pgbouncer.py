"""PgBouncer in transaction mode: a connection to PostgreSQL may go to another client after every commit."""

from collections.abc import Callable
from contextlib import closing

import psycopg2  # type: ignore[import-untyped]
import pytest

from tests.faults.conftest import StartSite
from tests.faults.enduring import AS_USUAL, settle
from tests.faults.load import Load
from tests.faults.pgbouncer import POOL_SIZE, WEB, WORKER, pgbouncer_program
from tests.faults.shopper import Outcome
from tests.faults.site import Site
from tests.faults.test_postgres import rival
from tests.support.waiting import wait_until

CLIENTS = 12  # more than the web has threads, which are more than POOL_SIZE

# Session state that outlives a transaction, without the few settings that PgBouncer itself restores for each client.
_SESSION_STATE = """
    SELECT 'setting ' || name FROM pg_settings
     WHERE source = 'session'
       AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'standard_conforming_strings', 'TimeZone')
     UNION ALL SELECT 'prepared statement ' || name FROM pg_prepared_statements
     UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE is_holdable
     UNION ALL SELECT 'channel ' || channel FROM pg_listening_channels() AS channel
     UNION ALL SELECT 'temporary table ' || relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()
     UNION ALL SELECT 'advisory lock' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
"""


@pytest.fixture
def site(start_site: StartSite) -> Site:
    """A shop whose database has another time zone than Django, so that each connection sets its own."""
    pgbouncer_program()
    return start_site(pooled=True, postgres={"timezone": "America/New_York"})


@pytest.mark.row(
    "18b", "PgBouncer, more clients than connections, a lock held too long", "as without it; no session keeps anything"
)
def test_in_transaction_mode(site: Site, note: Callable[..., None]) -> None:
    good = site.goods()[0]
    with Load(site.port, site.goods(), clients=CLIENTS) as load:
        load.goes_on(100)
        wait_until(lambda: site.pgbouncer.clients() > POOL_SIZE, "the web has more connections than the pool")
        with rival(site) as cursor:
            cursor.execute("SELECT 1 FROM inventory_productvariant WHERE id = %s FOR UPDATE", [good.variant_id])
            wait_until(lambda: told_busy(load), "an add has waited long enough for the lock")
        load.goes_on(100)
    observed = settle(site, load, only=AS_USUAL | {503})
    assert site.restarts == 0
    assert session_state(site) == set()
    leave_something(site)
    assert session_state(site) == {"setting work_mem", "advisory lock"}  # so the check above can fail
    note(observed)


def told_busy(load: Load) -> bool:
    """Return whether an add got the 503 of Busy. The 503 of a lost connection has an unknown outcome."""
    return any(add.status == 503 and add.outcome == Outcome.REFUSED for add in list(load.adds))


def session_state(site: Site) -> set[str]:
    """Return the state kept by all sessions that serve web and workers."""
    found: set[str] = set()
    for process, role in (("web", WEB), ("worker", WORKER)):
        with site.pgbouncer.every_connection(process) as cursors:
            asked = {ask(cursor, "SELECT pg_backend_pid()").pop() for cursor in cursors}
            there = site.sql("SELECT pid FROM pg_stat_activity WHERE usename = %s", role)
            assert asked == {pid for (pid,) in there}
            found = found.union(*(ask(cursor, _SESSION_STATE) for cursor in cursors))
    return found


def ask(cursor: "psycopg2.extensions.cursor", query: str) -> set[str]:
    cursor.execute(query)
    return {row[0] for row in cursor.fetchall()}


def leave_something(site: Site) -> None:
    with closing(psycopg2.connect(site.pgbouncer.url_for("web"))) as client, client, client.cursor() as cursor:
        cursor.execute("SET work_mem = '5MB'; SELECT pg_advisory_lock(5)")
