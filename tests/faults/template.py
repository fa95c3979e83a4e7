"""A database with tables and goods, made once a run. Each shop gets a copy of its data folder, in half a second."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from environ import Env

from inventory.models import Product, ProductVariant, StockMovement
from inventory.services import move_stock
from tests.faults.parts import REPOSITORY
from tests.support.databases import led_to
from tools.local.servers import Postgres

# Stock and threshold of the goods: four that never sell out, and two that get low and sell out under load.
GOODS = [(1_000_000, 0)] * 4 + [(40, 10), (80, 30)]


@dataclass(frozen=True)
class Good:
    """A variant on sale, and the path of its page."""

    variant_id: int
    path: str


@contextmanager
def orm(url: str) -> Iterator[None]:
    """Within the block, Django's default connection uses this database."""
    address = Env.db_url_config(url)
    with led_to(**{key: address[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}):
        yield


def make_template(folder: Path) -> Path:
    """Migrate an empty PostgreSQL, put goods into it and stop it. Returns its folder."""
    server = Postgres(folder, durable=False)
    server.start()
    try:
        env = {**os.environ, "DATABASE_URL": server.url, "SECRET_KEY": "of the tests only", "SHOP_PROCESS": "command"}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, env=env, cwd=REPOSITORY, check=True)
        with orm(server.url):
            for number, (stock, threshold) in enumerate(GOODS):
                make_good(f"G{number}", stock, threshold)
    finally:
        server.stop()
    return folder


def make_good(sku: str, stock: int, threshold: int = 0) -> Good:
    """Create a product with one active variant, its stock by a stock movement."""
    product = Product.objects.create(number=sku, name=f"Product {sku}", slug=f"product-{sku.lower()}")
    variant = ProductVariant.objects.create(
        product=product, sku=f"{sku}A", name="Standard", price=Decimal("2.50"), low_stock_threshold=threshold
    )
    move_stock(variant_id=variant.pk, delta=stock, kind=StockMovement.Kind.OPENING, reason="Opening stock")
    return Good(variant.pk, product.get_absolute_url())


def copy_template(template: Path, folder: Path) -> None:
    """Copy the folder with the same owners: the files are PostgreSQL's."""
    subprocess.run(["cp", "-a", f"{template}/.", str(folder)], check=True)
