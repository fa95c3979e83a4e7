"""How many processes and cores so many adds a second need, from what `make bench` measured: `make simulate`.

The web processes, and the database's cores, are modelled as M/M/c queues; Erlang's C formula gives the waits.
The model assumes:

- Adds arrive at random (Poisson), and their costs are distributed exponentially. Real costs vary less, so the waits are
  on the safe side. A rush at nine o'clock is a higher rate, not chance.
- A process uses one core at most (Python's lock), and no other process uses it. Waiting for the database takes no core:
  the other threads of a web process run. They suffice while an add waits less than three times its own work.
- An add costs the same at every rate. For workers that is too high: the fuller the outbox, the larger their batches.
- Nobody waits for workers, and they take rows in batches: they only must not be full. One process drains an effect
  while it keeps up. Then the sweep wakes more, one every three seconds.
- Adds are spread over many variants. Adds of one variant queue for its row, whatever hardware is added. That limit was
  measured with eight processes on the bench's own cores: the row itself may allow more.

Not in the model: other pages, the disk's time for a commit (simultaneous commits share it), the proxy, Redis.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from bench.figures import RESULTS
from tools.terminal import LocalError, say

RATES = (10, 100, 1_000, 10_000)  # adds a second
EFFECTS = ("recalculate_cart_totals", "check_low_stock", "record_analytics")  # every add writes a row for each
THREADS = 4  # of a web process, each with a connection to the database (gunicorn.conf.py)
_ROW = "{:>14} {:>14} {:>17} {:>15} {:>12}"
LATE = 0.05  # the share of adds that may wait longer than the 95th percentile


@dataclass(frozen=True)
class Costs:
    """Seconds of one core for an add, and the most adds a second of one variant, and of one drain of an effect."""

    web: float
    worker: float
    database: float
    row_rate: float
    drain_rate: float

    @property
    def together(self) -> float:
        return self.web + self.worker + self.database


@dataclass(frozen=True)
class Target:
    """How full a stage may be, from 0 to 1, and how many seconds 95 of 100 adds may wait in it."""

    busy: float
    wait: float


@dataclass(frozen=True)
class Need:
    """What a rate needs."""

    rate: float
    web: int
    workers: int
    database_cores: int

    @property
    def connections(self) -> int:
        """To the database, or to a pooler before it."""
        return self.web * THREADS + self.workers


def chance_to_wait(servers: int, load: float) -> float:
    """Return Erlang's C: the probability that an add finds all servers busy. `load` is less than `servers`."""
    blocked = 1.0  # Erlang's B, by the number of servers
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def late_wait(servers: int, rate: float, seconds: float) -> float:
    """Return the 95th percentile of the wait in seconds, 0 if 95 of 100 never wait. A server needs `seconds` an add."""
    chance = chance_to_wait(servers, rate * seconds)
    return max(0.0, math.log(chance / LATE) * seconds / (servers - rate * seconds))


def servers_for(rate: float, seconds: float, target: Target) -> int:
    """Return the fewest servers, at least one, that meet the target."""
    servers = max(1, math.ceil(rate * seconds / target.busy))
    while late_wait(servers, rate, seconds) > target.wait:
        servers += 1
    return servers


def need(rate: float, costs: Costs, target: Target) -> Need:
    """Return what so many adds a second need."""
    workers = max(1, math.ceil(rate * costs.worker / target.busy))
    return Need(rate, servers_for(rate, costs.web, target), workers, servers_for(rate, costs.database, target))


def limits(costs: Costs, target: Target, database_cores: int) -> list[tuple[float, str]]:
    """Return the limits in adds a second that more web processes do not raise, the lowest first."""
    machine = database_cores / costs.database
    return sorted(
        [
            (target.busy * costs.row_rate, "the row of one variant, where all adds are of that one"),
            (
                target.busy * costs.drain_rate,
                "one drain of one effect; more are sent for, and it is done seconds later",
            ),
            (target.busy * machine, f"the machine of PostgreSQL, with {database_cores} cores"),
        ]
    )


def on_one_machine(costs: Costs, *, web: int, cores: int) -> float:
    """Return the most adds a second of so many web processes, if all stages share the cores."""
    return min(web / costs.web, cores / costs.together)


class Measured:
    """The values that `make bench` wrote, by the names of their rows. Raises LocalError if one is missing."""

    def __init__(self, results: Path) -> None:
        if not results.exists():
            raise LocalError(f"There is no {results}. Run: make bench")
        self._rows = {row["name"]: row["value"] for row in json.loads(results.read_text(encoding="utf-8"))}

    def __getitem__(self, name: str) -> float:
        if name not in self._rows:
            raise LocalError(f"The results have no row {name!r}. Run: make bench")
        return float(self._rows[name])

    def costs(self) -> Costs:
        return Costs(
            web=self["web CPU of an add: the bare view"] / 1000,
            worker=self["worker CPU of an add: its web CPU"] / 1000,
            database=self["database CPU of an add and its effects"] / 1000,
            row_rate=self["adds a second, all of one variant: of 1,000"],
            drain_rate=min(self[f"rows a second of {effect}, one process"] for effect in EFFECTS),
        )


def report(results: Measured, target: Target, database_cores: int) -> Iterator[str]:
    """Yield the lines of the table, of the limits, and of the measured rate."""
    costs = results.costs()
    yield f"An add takes {costs.web * 1000:.3g} ms of a web process, {costs.worker * 1000:.3g} of a worker"
    yield f"and {costs.database * 1000:.3g} of the database. None is more than {target.busy:.0%} busy; for a web"
    yield f"process, and for the database, 95 of 100 adds wait {target.wait * 1000:g} ms at most.\n"
    yield _ROW.format("adds a second", "web processes", "worker processes", "database cores", "connections")
    for its in (need(rate, costs, target) for rate in RATES):
        yield _ROW.format(*(f"{number:,}" for number in (*astuple(its), its.connections)))
    yield "\nFull, however many web processes there are, is at"
    for limit, what in limits(costs, target, database_cores):
        yield f"{limit:14,.0f} adds a second: {what}"
    measured, most = results["adds a second, 8 clients: the bare view"], on_one_machine(costs, web=2, cores=2)
    yield f"\nMeasured, 8 clients, 2 web processes and all else on 2 cores: {measured:,.0f} adds a second. These costs"
    yield f"allow {most:,.0f}: {measured / most:.0%} of it was reached, with the clients and Redis on the same cores."


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.simulate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--busy", type=float, default=0.7, help="how full a stage may be, above 0 and below 1 (0.7)")
    parser.add_argument("--wait", type=float, default=20, help="what 95 of 100 adds may wait for one, in ms (20)")
    parser.add_argument("--database-cores", type=int, default=16, help="of the machine that PostgreSQL has (16)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="what `make bench` wrote")
    chosen = parser.parse_args(arguments)
    if not 0 < chosen.busy < 1:
        parser.error("--busy is above 0 and below 1")
    target = Target(busy=chosen.busy, wait=chosen.wait / 1000)
    say("\n".join(report(Measured(chosen.results), target, chosen.database_cores)))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except LocalError as error:
        sys.exit(f"error: {error}")
