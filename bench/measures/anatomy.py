"""`anatomy`: where the time of one add goes: statements, commit, wake-up, and the Python between. No other load."""

import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.figures import Figure, measured
from bench.plan import Plan
from bench.site import Site

_ADDS = 400
_STEPS = {
    "UPDATE cart_cart": "BEGIN, and claim the cart",
    "INSERT INTO cart_idem": "claim the key",
    "WITH line": "lock the line",
    "UPDATE inventory": "take the units",
    "INSERT INTO workers": "write the outbox rows",
    'UPDATE "cart_cartitem': "write the line",
    'INSERT INTO "cart_cartitem': "write the line",
}

Steps = dict[str, list[float]]


def anatomy(site: Site, plan: Plan) -> Iterator[Figure]:
    """One guest adds in this process. Yields the median time of each step."""
    from django.db import connection

    from cart.services import add_product_to_cart

    guest, steps = uuid.uuid4(), defaultdict[str, list[float]](list)
    add_product_to_cart(None, site.variants[0], 1, guest_token=guest)
    cpu = time.process_time()
    with _timed(steps):
        for number in range(_ADDS):
            started = time.perf_counter()
            variant = site.variants[number % 10]
            add_product_to_cart(None, variant, 1, guest_token=guest, idempotency_key=str(uuid.uuid4()))
            steps["the whole service"].append(time.perf_counter() - started)
    cpu = (time.process_time() - cpu) / _ADDS
    connection.close()
    whole = steps.pop("the whole service")
    between = statistics.median(whole) - sum(statistics.median(times) for times in steps.values())
    for name, times in steps.items():
        yield measured(f"one add: {name}", [_microseconds(times)], "us")
    yield measured("one add: Python between them", [between * 1e6], "us")
    yield measured("one add: the whole service", [_microseconds(whole)], "us")
    yield measured("one add: CPU of its process", [cpu * 1e6], "us")


def _microseconds(times: list[float]) -> float:
    return statistics.median(times) * 1e6


@contextmanager
def _timed(steps: Steps) -> Iterator[None]:
    """Time each step: statements by Django's `execute_wrapper`, commit and wake-up by wrapped functions."""
    from django.db import connection

    from outbox import intents

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        name = next((name for start, name in _STEPS.items() if sql.strip().startswith(start)), sql)
        return _note(steps, name, execute, sql, params, many, context)

    commit, notify = connection._commit, intents.notify  # type: ignore[attr-defined]
    connection._commit = lambda: _note(steps, "COMMIT", commit)  # type: ignore[attr-defined]
    intents.notify = lambda effects: _note(steps, "notify", notify, effects)  # type: ignore[attr-defined]
    try:
        with connection.execute_wrapper(statement):
            yield
    finally:
        connection._commit, intents.notify = commit, notify  # type: ignore[attr-defined]


def _note(steps: Steps, name: str, call: Callable[..., Any], *arguments: Any) -> Any:
    started = time.perf_counter()
    try:
        return call(*arguments)
    finally:
        steps[name].append(time.perf_counter() - started)
