"""`growing`: memory of web and workers after a thousand adds, and after a hundred thousand."""

from collections.abc import Iterator, Mapping

from bench.figures import Figure, Reach, compared
from bench.machine import resident_bytes
from bench.plan import Plan
from bench.proof import proven
from bench.shoppers import add_one_of, answers, visit
from bench.site import WORKERS, Site

_MEGABYTE = 2**20


def growing(site: Site, plan: Plan) -> Iterator[Figure]:
    """One run of adds, with the memory read twice. The database proves each part."""
    few, many = plan.memory_adds
    if not many:
        return
    with site.processes("web", *WORKERS) as pids:
        _add(site, plan, few)
        before = _megabytes(pids)
        _add(site, plan, many - few)
        after = _megabytes(pids)
    for name in pids:
        what = f"memory of {name} after {many:,} adds: after {few:,}"
        yield compared(what, [(after[name], before[name])], "MB", Reach(1.1))


def _add(site: Site, plan: Plan, adds: int) -> None:
    with proven(site) as claim:
        visitors = visit(site.port, add_one_of(site.variants), clients=plan.clients, most=adds // plan.clients)
        claim.adds = answers(visitors)


def _megabytes(pids: Mapping[str, int]) -> dict[str, float]:
    return {name: resident_bytes(pid) / _MEGABYTE for name, pid in pids.items()}
