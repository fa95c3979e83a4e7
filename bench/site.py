"""`running_site`: the shop to measure. Its servers are durable; web and workers are as `make up` starts them."""

import math
import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from redis import Redis

from bench.machine import parent
from tools.local.children import Child, site
from tools.local.places import throw_away_folder
from tools.local.preflight import Ports
from tools.local.process import keep_waiting
from tools.local.server import free_port
from tools.local.servers import private_servers
from tools.local.up import start_children
from tools.terminal import LocalError, step

VARIANTS = 1000
STOCK = 1_000_000
# With the default limits for each client, a bench from one address would end after a second.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "shop.settings",
    "SECRET_KEY": "of a bench only, and of nothing that anybody could reach",
    "STATIC_COLLECTED": "false",
    "SHOP_ADDS_PER_MINUTE": "100000000",
    "SHOP_ORDERS_PER_HOUR": "100000000",
    "SHOP_MAX_UNITS_PER_LINE": "1000000",
    "SHOP_MAX_UNITS_PER_CART": "100000000",
}
_PATIENCE, _LOOK = 60.0, 0.05  # seconds
WORKERS = ("worker", "bulk-worker")


@dataclass(frozen=True)
class Site:
    """The shop. This process has the same environment, so the models use its database."""

    folder: Path
    env: Mapping[str, str]
    port: int
    variants: Sequence[int]

    def sql(self, query: str, arguments: Sequence[object] | Mapping[str, object] | None = None) -> Any:
        """Return the first column of the first row, or None."""
        with (
            closing(psycopg2.connect(self.env["DATABASE_URL"])) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, arguments)
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def database_pid(self) -> int:
        """Return the id of PostgreSQL's first process, which starts all others."""
        return parent(self.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"))

    def messages(self) -> int:
        """Return how many messages Celery's broker has got so far."""
        with Redis.from_url(self.env["REDIS_URL"]) as redis:
            return int(redis.info("commandstats").get("cmdstat_lpush", {}).get("calls", 0))

    def wait_for_effects(self) -> None:
        """Wait until the outbox is empty. Raises LocalError if it has not shrunk for a minute: no worker works."""
        fewest, deadline = math.inf, 0.0
        while left := self.sql("SELECT count(*) FROM workers_outboxrow"):
            if left < fewest:
                fewest, deadline = left, time.monotonic() + _PATIENCE
            if time.monotonic() > deadline:
                raise LocalError(f"{left} effects are not done; the workers' logs are in {self.folder / 'log'}.")
            time.sleep(_LOOK)  # nothing signals the end of the last row

    @contextmanager
    def processes(self, *names: str) -> Iterator[dict[str, int]]:
        """Run some of "web" and `WORKERS`. Yields their process ids by name."""
        (self.folder / "log").mkdir(exist_ok=True)
        children = {child.name: child for child in site(self._ports, self.env, self.folder, "bench:bench")}
        web = children["web"]
        children["web"] = Child("web", (*web.command[:-1], "bench.web"), web.env, web.log, web.not_ready)
        chosen = [children[name] for name in names]
        try:
            start_children(chosen, keep_waiting)
            yield {child.name: child.process.pid for child in chosen if child.process}
        finally:
            for child in chosen:
                child.stop(lambda: False)

    @property
    def _ports(self) -> Ports:
        return Ports(web=self.port, flower=free_port())


@contextmanager
def running_site() -> Iterator[Site]:
    """Run a new shop, whatever servers the environment names, and delete its data afterwards."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    with throw_away_folder() as folder, private_servers(durable=True) as addresses:
        os.environ.update(SETTINGS | addresses)
        with step("tables and goods are there"):
            variants = _prepare()
        yield Site(folder, dict(os.environ), free_port(), variants)


def _prepare() -> list[int]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    try:
        return make_variants(VARIANTS)
    finally:
        connections.close_all()


def make_variants(count: int, *, stock: int = STOCK) -> list[int]:
    """Make so many products with one variant each, which never get low. Returns the ids of the variants."""
    from inventory.models import Product, ProductVariant, StockMovement

    mark = uuid.uuid4().hex[:8]
    products = [Product(number=f"{mark}{n}", name=f"Good {n}", slug=f"{mark}-{n}") for n in range(count)]
    variants = [
        ProductVariant(product=product, sku=f"{mark}{n}", name="", price=3, stock_quantity=stock)
        for n, product in enumerate(Product.objects.bulk_create(products))
    ]
    variants = ProductVariant.objects.bulk_create(variants)
    opening = {"kind": StockMovement.Kind.OPENING, "delta": stock, "balance_after": stock}
    StockMovement.objects.bulk_create(StockMovement(variant=variant, **opening) for variant in variants if stock)
    return [variant.pk for variant in variants]


if sys.platform != "linux":
    sys.exit("error: the bench reads the accounts of processes under /proc, which only Linux has.")
