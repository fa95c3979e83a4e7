"""`long_carts`: whether an add is slower in a long cart. It adds a unit to a line of a cart of 100 lines, and of 1."""

import uuid
from collections.abc import Iterator, Sequence

from bench.costs import milliseconds_of_add
from bench.crowd import crowd
from bench.figures import Figure, Reach, compared
from bench.plan import Plan
from bench.site import Site

_CARTS = 64  # more than clients, so that two of them seldom use one cart


def long_carts(site: Site, plan: Plan) -> Iterator[Figure]:
    """Time the same action in both kinds of cart, in turn."""
    long, short = _carts(site.variants, lines=100), _carts(site.variants, lines=1)
    with crowd(plan.clients) as clients:
        rounds = [
            (milliseconds_of_add(clients, long, plan), milliseconds_of_add(clients, short, plan))
            for _ in range(plan.rounds)
        ]
    site.sql("TRUNCATE workers_outboxrow")
    yield compared("time of an add to a cart of 100 lines: of 1 line", rounds, "ms", Reach(1.2))


def _carts(variants: Sequence[int], *, lines: int) -> list[tuple[str, int]]:
    """Make carts. Return each guest with the variant whose line will grow; no two guests have the same one."""
    from django.db import connection

    from cart.services import add_product_to_cart

    goods = [(uuid.uuid4(), number) for number in range(_CARTS)]
    for guest, number in goods:
        for line in range(lines):
            add_product_to_cart(None, variants[number + line], 1, guest_token=guest)
    connection.close()
    return [(str(guest), variants[number]) for guest, number in goods]
