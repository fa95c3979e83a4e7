"""`cost_of`: the web CPU of a request. `milliseconds_of_add`: the time of an add in a crowd."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench import actions
from bench.crowd import Crowd
from bench.machine import cpu_seconds
from bench.plan import Plan
from bench.shoppers import Request, answers, visit
from bench.site import Site


@dataclass(frozen=True)
class RequestCost:
    """CPU milliseconds of the web processes for each request, requests a second, and requests in all."""

    milliseconds: float
    a_second: float
    times: int


def cost_of(request: Request, site: Site, web: int, *, clients: int, seconds: float) -> RequestCost:
    """Let so many clients send the request for so many seconds. `web` is gunicorn's pid. Raises a client's error."""
    before = cpu_seconds(web)
    times = answers(visit(site.port, request, clients=clients, seconds=seconds))
    return RequestCost((cpu_seconds(web) - before) / times * 1000, times / seconds, times)


def milliseconds_of_add(clients: Crowd, goods: Sequence[tuple[str, int]], plan: Plan) -> float:
    """Return how long a client of the crowd waits for one add. `goods` are pairs of a guest and a variant."""
    return 1000 * plan.clients / clients.do(actions.add_to, goods, seconds=plan.seconds).a_second
