"""`adding`: the cost of an add over HTTP, and when its effects are done. Web and workers are those of `make up`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.costs import RequestCost, cost_of
from bench.figures import Figure, Reach, compared, measured
from bench.machine import cpu_seconds
from bench.plan import Plan
from bench.proof import proven
from bench.shoppers import add_one_of, get, visit
from bench.site import WORKERS, Site

_SOLO_SECONDS = 10
# From the time of an add's event, just before its commit, to the end of the last batch with an effect of this add.
# All processes are on one machine, so they have one clock.
_SETTLED = """
    WITH done AS (
        SELECT event_id, max(started_at + milliseconds * interval '1 millisecond') AS at
          FROM workers_effectrun, unnest(event_ids) AS event_id GROUP BY event_id)
    SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM done.at - event.occurred_at) * 1000)
      FROM workers_analyticsevent event JOIN done USING (event_id)
"""


@dataclass(frozen=True)
class _Round:
    bare_cpu: float  # milliseconds a request, of web processes
    add_cpu: float
    worker_cpu: float  # milliseconds an add
    database_cpu: float  # milliseconds an add, effects included
    messages: float  # an add
    bare_rate: float  # a second
    add_rate: float
    p95: float  # milliseconds from an add's commit to the end of all its effects


def adding(site: Site, plan: Plan) -> Iterator[Figure]:
    """Eight clients add, and get the bare view for comparison; then one client adds alone."""
    with site.processes("web", *WORKERS) as pids:
        visit(site.port, get("/bare/"), clients=plan.clients, seconds=1)
        _adds(site, pids, plan.clients, seconds=2)
        rounds = [_round(site, pids, plan) for _ in range(plan.rounds)]
        solo = [_solo_p95(site, pids) for _ in range(3)]
        yield measured("SQL statements of an add, BEGIN and COMMIT included", [_statements(site)], "", Reach(8))
    yield compared("web CPU of an add: the bare view", [(r.add_cpu, r.bare_cpu) for r in rounds], "ms", Reach(6))
    yield compared("adds a second, 8 clients: the bare view", [(r.add_rate, r.bare_rate) for r in rounds], "1/s")
    yield compared("worker CPU of an add: its web CPU", [(r.worker_cpu, r.add_cpu) for r in rounds], "ms", Reach(0.3))
    yield measured("database CPU of an add and its effects", [r.database_cpu for r in rounds], "ms")
    yield measured("Celery messages an add, 8 clients", [r.messages for r in rounds], "", Reach(0.2))
    yield measured("commit to all effects done, p95, full load", [r.p95 for r in rounds], "ms", Reach(500))
    yield measured("commit to all effects done, p95, one client", solo, "ms", Reach(100))


def _round(site: Site, pids: Mapping[str, int], plan: Plan) -> _Round:
    bare = cost_of(get("/bare/"), site, pids["web"], clients=plan.clients, seconds=plan.seconds)
    workers, database, messages = [pids[name] for name in WORKERS], site.database_pid(), site.messages()
    workers_before, database_before = cpu_seconds(*workers), cpu_seconds(database)
    add = _adds(site, pids, plan.clients, plan.seconds)
    return _Round(
        bare_cpu=bare.milliseconds,
        add_cpu=add.milliseconds,
        worker_cpu=(cpu_seconds(*workers) - workers_before) / add.times * 1000,
        database_cpu=(cpu_seconds(database) - database_before) / add.times * 1000,
        messages=(site.messages() - messages) / add.times,
        bare_rate=bare.a_second,
        add_rate=add.a_second,
        p95=site.sql(_SETTLED),
    )


def _solo_p95(site: Site, pids: Mapping[str, int]) -> float:
    _adds(site, pids, clients=1, seconds=_SOLO_SECONDS)
    return float(site.sql(_SETTLED))


def _adds(site: Site, pids: Mapping[str, int], clients: int, seconds: float) -> RequestCost:
    """Add for so many seconds, and wait until all effects are done."""
    site.sql("TRUNCATE workers_effectrun, workers_analyticsevent")
    with proven(site) as claim:
        cost = cost_of(add_one_of(site.variants), site, pids["web"], clients=clients, seconds=seconds)
        claim.adds = cost.times
    site.wait_for_effects()
    return cost


def _statements(site: Site) -> int:
    """SQL statements of a whole request, by a guest who has a cart. Django counts BEGIN and COMMIT too."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")
    for variant in site.variants[:2]:
        with CaptureQueriesContext(connection) as queries:
            answer = client.post("/cart/add/", {"variant": variant, "quantity": 1, "key": f"statements {variant}"})
        assert answer.status_code == 303  # noqa: S101 - or the count says nothing
    connection.close()
    return len(queries)
