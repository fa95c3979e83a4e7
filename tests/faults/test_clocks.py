"""Machines whose clocks are an hour off: expiry uses the database's clock, and effects use none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import StartSite
from tests.faults.enduring import AS_USUAL, endure
from tests.faults.load import Load
from tests.faults.site import Site
from tests.faults.tasks import run_task
from tests.support.waiting import wait_until

Note = Callable[..., None]
_LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib64/faketime/libfaketimeMT.so.1")


def clock(offset: str) -> dict[str, str]:
    """Return the environment of a process whose time of day is off by this offset. Durations stay correct."""
    found = [path for pattern in _LIBRARIES for path in Path("/").glob(pattern[1:])]
    assert found, "This row needs libfaketime: apt-get install faketime"
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME": offset,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": str(Path(__file__).parent / "skewed"),
    }


@pytest.mark.row("20", "clocks of web, beat, workers 65 minutes off, either way", "no hold ends early; effects go on")
def test_clocks_differ(start_site: StartSite, note: Note) -> None:
    ahead, behind = clock("+65m"), clock("-65m")
    site = start_site(part_env={"web": ahead, "shopper": behind, "bulk": ahead, "beat": behind})

    def fault(load: Load) -> None:
        load.goes_on(50)
        run_task(site, "sweep_holds")
        assert holds(site, "quantity > reserved_quantity") == 0
        site.sql("UPDATE cart_cartitem SET reserved_until = now() WHERE id IN (SELECT min(id) FROM cart_cartitem)")
        run_task(site, "sweep_holds")
        wait_until(lambda: holds(site, "reserved_quantity = 0") == 1, "the one hold that ran out is released")

    note(endure(site, fault, only=AS_USUAL))


def holds(site: Site, where: str) -> int:
    count: int = site.sql(f"SELECT count(*) FROM cart_cartitem WHERE {where}")[0][0]  # noqa: S608 - ours
    return count
