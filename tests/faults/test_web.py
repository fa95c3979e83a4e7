"""The web dies: before the commit of an add, after it, and at any moment."""

from collections.abc import Callable

import pytest

from tests.faults.enduring import endure
from tests.faults.load import Load
from tests.faults.site import Site
from tests.support.waiting import wait_until

KILLS = 3


def kill_at(site: Site, point: str) -> Callable[[Load], None]:
    """Return a fault that lets web processes die at this point, one after the other."""

    def fault(load: Load) -> None:
        for _ in range(KILLS):
            site.arm(point)
            wait_until(lambda: not site.is_armed(point), f"a process dies at {point}")
            load.goes_on(10)

    return fault


@pytest.mark.row("1", "web killed before COMMIT", "nothing of the add is there; sent again, it is there once")
def test_killed_before_commit(site: Site, note: Callable[..., None]) -> None:
    note(endure(site, kill_at(site, "before_commit")))


@pytest.mark.quick_fault
@pytest.mark.row("2", "web killed after COMMIT, before the wake-up", "the sweep finds the rows")
def test_killed_before_the_ring(site: Site, note: Callable[..., None]) -> None:
    def kill_the_last(load: Load) -> None:
        site.arm("before_ring")
        load.one_more()
        assert not site.is_armed("before_ring")

    note(endure(site, kill_at(site, "before_ring"), last=kill_the_last))


@pytest.mark.row("2b", "web killed after the wake-up, before its answer", "the repeated form changes nothing")
def test_killed_before_the_answer(site: Site, note: Callable[..., None]) -> None:
    note(endure(site, kill_at(site, "after_ring")))


@pytest.mark.row("2c", "all web processes killed at random moments", "no add is lost or doubled")
def test_killed_at_random(site: Site, note: Callable[..., None]) -> None:
    def fault(load: Load) -> None:
        for _ in range(KILLS):
            site.parts["web"].kill()
            load.goes_on(15)

    observed = endure(site, fault)
    assert site.parts["web"].restarts == KILLS
    note(observed)
