"""Whether a long cart makes an add slower: one unit more of a line in a cart of a hundred, and in a cart of one."""

import uuid
from collections.abc import Iterator, Sequence

from bench.costs import milliseconds_of_add
from bench.crowd import crowd
from bench.figures import Figure, Reach, compared
from bench.plan import Plan
from bench.site import Site

_CARTS = 64  # more than clients, so that they seldom meet


def long_carts(site: Site, plan: Plan) -> Iterator[Figure]:
    """The same action in both kinds of cart, in turn."""
    long, short = _carts(site.variants, lines=100), _carts(site.variants, lines=1)
    with crowd(plan.clients) as clients:
        rounds = [
            (milliseconds_of_add(clients, long, plan), milliseconds_of_add(clients, short, plan))
            for _ in range(plan.rounds)
        ]
    site.sql("TRUNCATE workers_outboxrow")
    yield compared("time of an add to a cart of 100 lines: of 1 line", rounds, "ms", Reach(1.2))


def _carts(variants: Sequence[int], *, lines: int) -> list[tuple[str, int]]:
    """Guests with so many lines, and the variant of the one that is to grow: of each guest another."""
    from django.db import connection

    from cart.services import add_product_to_cart

    goods = [(uuid.uuid4(), number) for number in range(_CARTS)]
    for guest, number in goods:
        for line in range(lines):
            add_product_to_cart(None, variants[number + line], 1, guest_token=guest)
    connection.close()
    return [(str(guest), variants[number]) for guest, number in goods]
