"""`pages`: web CPU of the first page of the catalogue, a product's page, and a cart of twenty lines."""

from collections.abc import Iterator

from bench.costs import cost_of
from bench.figures import Figure, Reach, compared
from bench.plan import Plan
from bench.shoppers import Request, add_one_of, get, visit
from bench.site import Site

_LINES = 20


def pages(site: Site, plan: Plan) -> Iterator[Figure]:
    """Eight clients get each page in turn, and the bare view for comparison."""
    with site.processes("web") as pids:
        guest = _guest_with_lines(site)
        wanted = {
            "catalogue page": (get("/goods/", guest=guest), Reach(12)),
            "product page": (get(_address_of_a_product(), guest=guest), Reach(10)),
            f"cart page of {_LINES} lines": (get("/cart/", guest=guest), Reach(12)),
        }
        rounds = [_round(site, pids["web"], plan, [ask for ask, _ in wanted.values()]) for _ in range(plan.rounds)]
    for number, (name, (_, reach)) in enumerate(wanted.items()):
        costs = [(page_costs[number], bare) for bare, *page_costs in rounds]
        yield compared(f"web CPU of the {name}: the bare view", costs, "ms", reach)


def _round(site: Site, web: int, plan: Plan, requests: list[Request]) -> list[float]:
    """CPU milliseconds of the bare view, then of each request."""
    costs = [
        cost_of(request, site, web, clients=plan.clients, seconds=plan.seconds)
        for request in [get("/bare/"), *requests]
    ]
    return [cost.milliseconds for cost in costs]


def _guest_with_lines(site: Site) -> str:
    """The cookie of a guest whose cart has _LINES lines."""
    (visitor,) = visit(site.port, add_one_of(site.variants, adds_a_guest=_LINES), clients=1, most=_LINES)
    return visitor.cookie


def _address_of_a_product() -> str:
    from django.db import connection

    from inventory.models import Product

    try:
        return Product.objects.earliest("pk").get_absolute_url()
    finally:
        connection.close()
