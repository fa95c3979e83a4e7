"""`measured_start`: starts both shops once, and measures pairs of rounds."""

from collections.abc import Sequence
from contextlib import ExitStack, nullcontext

from bench.ab.clients import Client, Cost
from bench.ab.measures import Measure
from bench.ab.shop import Shop
from tools.local.process import Waiting
from tools.local.up import start_children

Pair = tuple[Cost, Cost]  # of A and B
_WARM_UP = 8  # calls of each measure: for connections, templates and caches


def measured_start(
    shops: Sequence[Shop], measures: Sequence[Measure], *, first: int, pairs: int, waiting: Waiting
) -> dict[Measure, list[Pair]]:
    """Start A and B, measure so many `pairs` of each measure, and stop both. Raises LocalError if a shop fails.

    `first` is 0 to start A first, and 1 to start B first.
    """
    with ExitStack() as stack:
        webs = {number: shops[number].web() for number in (first, 1 - first)}
        for web in webs.values():
            stack.callback(web.stop, lambda: False)
        start_children(list(webs.values()), waiting, show=nullcontext)
        clients = [Client(shop, webs[number], stack) for number, shop in enumerate(shops)]
        for turn in range(_WARM_UP):
            for measure in measures:
                _call(clients, measure, turn, (Cost(), Cost()))
        found: dict[Measure, list[Pair]] = {measure: [] for measure in measures}
        for number in range(pairs):
            for measure in measures:
                waiting()
                found[measure].append(_pair(clients, measure, number))
        for client in clients:
            client.prove()
    return found


def _pair(clients: Sequence[Client], measure: Measure, number: int) -> Pair:
    costs = Cost(), Cost()
    for turn in range(measure.requests):
        _call(clients, measure, number + turn, costs)
    return costs


def _call(clients: Sequence[Client], measure: Measure, turn: int, costs: Pair) -> None:
    """A then B, and at the next turn B then A: the second finds less of its own data in the processor's caches."""
    for side in (0, 1) if turn % 2 == 0 else (1, 0):
        clients[side].ask(measure, costs[side])
