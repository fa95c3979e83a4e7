"""What a request costs the web processes, and how long an add takes in a crowd: asked alike by several measures."""

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
    """CPU milliseconds a request of the web processes, requests a second, and requests in all."""

    milliseconds: float
    a_second: float
    times: int


def cost_of(request: Request, site: Site, web: int, *, clients: int, seconds: float) -> RequestCost:
    """Let so many clients ask for so long. Argument: the process id of gunicorn. Raises what a client met."""
    before = cpu_seconds(web)
    times = answers(visit(site.port, request, clients=clients, seconds=seconds))
    return RequestCost((cpu_seconds(web) - before) / times * 1000, times / seconds, times)


def milliseconds_of_add(clients: Crowd, goods: Sequence[tuple[str, int]], plan: Plan) -> float:
    """How long one client of the crowd waits for one more unit of these goods: pairs of a guest and a variant."""
    return 1000 * plan.clients / clients.do(actions.add_to, goods, seconds=plan.seconds).a_second
