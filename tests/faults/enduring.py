"""`endure`, the course of every row: load, the fault, its end, more load, an empty outbox, the invariants."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.invariants import Findings, committed_keys, find_broken
from tests.faults.load import Load
from tests.faults.running import RunningShop
from tests.faults.shopper import Outcome
from tests.support.waiting import wait_until

# Only a hang takes longer. A row whose worker died while it was tried alone is not due for a minute.
LONGEST_ADD = 20.0
LONGEST_LAG = 150.0

# The statuses that a shopper may get while a fault affects only side effects: added, or sold out.
AS_USUAL = {303, 409}


@dataclass
class Observed:
    """The results of one row: its adds, their outcomes, and how long workers took to catch up."""

    load: Load
    statuses: Counter[int]  # of the first answers; 0 is no answer
    acked: int
    committed: int
    repeated: int
    longest_add: float
    lag: float
    restarts: int
    findings: Findings


def endure(
    site: RunningShop,
    fault: Callable[[Load], None],
    *,
    last: Callable[[Load], None] | None = None,
    only: set[int] | None = None,
) -> Observed:
    """Cause a fault under load, and assert that every invariant holds soon after.

    `fault` starts the fault, lets it last, and ends it. `last` does so again after the load, when no later add wakes a
    worker for the rows of an earlier one. `only` are the statuses that adds may get.
    """
    with Load(site.port, site.goods()) as load:
        load.goes_on()
        fault(load)
        load.goes_on()
    if last:
        last(load)
    return settle(site, load, only=only)


def settle(site: RunningShop, load: Load, *, only: set[int] | None = None) -> Observed:
    """Wait for an empty outbox, send unanswered adds again, wait again, and check everything."""
    statuses = load.statuses
    acked = load.count(Outcome.ACKED)
    lag = wait_until_empty(site)
    repeated = load.repeat_unknown()
    if repeated:
        wait_until_empty(site)
    assert load.count(Outcome.UNKNOWN) == 0, f"a repeated add got no answer: {load.statuses}"
    observed = Observed(
        load,
        statuses,
        acked,
        committed=len(committed_keys(site)),
        repeated=repeated,
        longest_add=load.longest,
        lag=lag,
        restarts=site.restarts,
        findings=find_broken(site, load.adds),
    )
    assert not observed.findings.broken, observed.findings.broken
    assert only is None or set(statuses) <= only, f"answered with {statuses}"
    assert load.longest < LONGEST_ADD
    acked_keys = {add.key for add in load.adds if add.outcome == Outcome.ACKED}
    assert observed.committed == len(acked_keys)
    return observed


def wait_until_empty(site: RunningShop, patience: float = LONGEST_LAG) -> float:
    """Wait until only dead rows are left. Returns the seconds it took."""
    started = time.monotonic()
    wait_until(lambda: outbox_rows(site) == 0, "the outbox is empty", patience)
    return time.monotonic() - started


def outbox_rows(site: RunningShop, where: str = "NOT is_dead") -> int:
    count: int = site.sql(f"SELECT count(*) FROM workers_outboxrow WHERE {where}")[0][0]  # noqa: S608 - ours
    return count
