"""Measure the SQL statements and milliseconds of each list in the admin, with a million rows of everything.

    make bench-lists    (python -m tools.local -- python -m bench.admin_lists; ARGS="cart workers" for some apps only)

Each list is opened without a query, with each choice of each filter, and with a search that finds rows and one that
finds none. The table has the slowest of each kind. A figure is the best of three: the machine may have other work. Exit
code 1 if a list is over the target. The figures of a run are in docs/staff.md.
"""

import logging
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

MOST_STATEMENTS, MOST_MILLISECONDS = 11, 300
# Typical searches of staff; each finds rows in the seeded shop.
SEARCHES = {
    "inventory.Category": "Category 3",
    "inventory.Product": "Parasol 123",
    "inventory.ProductVariant": "P000123",
    "inventory.StockMovement": "P000123A",
    "inventory.PriceChange": "P000123A",
    "inventory.LowStockAlert": "P000123A",
    "cart.Cart": "customer1234",
    "cart.CartItem": "P000123A",
    "orders.Order": "Customer 1234",
    "orders.OrderLine": "P000123A",
    "orders.Refund": "0001-2351",
    "orders.DeliveryMethod": "Standard",
    "outbox.OutboxRow": "123",
    "outbox.EffectRun": "boom",
    "analytics.AnalyticsEvent": "1234",
    "delivery.Delivery": "customer123@example.com",
    "django_celery_results.TaskResult": "sweep_holds",
    "auth.User": "customer1234",
    "auth.Group": "Clerk",
    "admin.LogEntry": "Variant 123",
}


@dataclass(frozen=True)
class Figure:
    """What one address took. `of_sql` is milliseconds too."""

    query: str
    statements: int
    milliseconds: float
    of_sql: float

    @property
    def is_over(self) -> bool:
        return self.statements > MOST_STATEMENTS or self.milliseconds > MOST_MILLISECONDS


def main() -> int:
    """Seed, measure, and print the table. Return 1 if a list is over the target."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    os.environ["STATIC_COLLECTED"] = "false"
    django.setup()
    logging.getLogger("shop.request_log").setLevel(logging.WARNING)  # its lines would break the table
    from django.contrib import admin

    client = _client_of_seeded_shop()
    print(f"{'list':34} {'kind':8} {'statements':>10} {'ms':>6} {'of SQL':>6}  address")
    labels = set(sys.argv[1:])
    models = [model for model in admin.site._registry if not labels or model._meta.app_label in labels]
    figures = [figure for model in models for figure in _of_list(client, model)]
    return int(any(figure.is_over for figure in figures))


def _client_of_seeded_shop() -> Any:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()  # a response then has the context of its template
    call_command("migrate", verbosity=0)
    staff = User.objects.create_superuser("staff")
    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(Path(__file__).with_suffix(".sql").read_text())
    print(f"seeded in {time.monotonic() - started:.0f} s", flush=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(staff)
    return client


def _of_list(client: Any, model: Any) -> Iterator[Figure]:
    """Print one line for each kind: its slowest address."""
    from django.urls import reverse

    meta = model._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    page = client.get(address).context.get("cl")
    kinds = {"first": [""]}
    if page:  # the schedule, for one, is a page without a list
        kinds |= {"search": list(_searches(page, meta.label)), "filter": list(_filters(page))}
    for kind, queries in kinds.items():
        figures = [_measure(client, address, query) for query in queries]
        if figures:
            slowest = max(figures, key=lambda figure: (figure.is_over, figure.milliseconds))
            mark = " <- over" if slowest.is_over else ""
            numbers = f"{slowest.statements:10} {slowest.milliseconds:6.0f} {slowest.of_sql:6.0f}"
            print(f"{meta.label:34} {kind:8} {numbers}  {slowest.query}{mark}", flush=True)
            yield slowest


def _searches(page: Any, label: str) -> Iterator[str]:
    if page.search_fields:
        yield f"?q={SEARCHES.get(label, '123')}"
        yield "?q=nothing-of-the-kind"


def _filters(page: Any) -> Iterator[str]:
    for one in page.filter_specs:
        for choice in one.choices(page):
            if query := choice.get("query_string", "").replace("?", "", 1):
                yield f"?{query}"


def _measure(client: Any, address: str, query: str) -> Figure:
    from django.db import connection

    waits: list[float] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            waits.append((time.perf_counter() - started) * 1000)

    figures = []
    for _ in range(3):
        waits.clear()
        started = time.perf_counter()
        with connection.execute_wrapper(watch):
            status = client.get(address + query).status_code
        if status != 200:
            raise RuntimeError(f"{address}{query} answered {status}")
        figures.append(Figure(query, len(waits), (time.perf_counter() - started) * 1000, sum(waits)))
    return min(figures, key=lambda figure: figure.milliseconds)


if __name__ == "__main__":
    sys.exit(main())
