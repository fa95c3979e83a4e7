"""How many messages the doorbell sends, and how soon effects are done, for each of the bells that were considered.

    python -m shop.local -- python -m bench.doorbell

The figures are in docs/adr/0002. Each bell serves eight clients that add as fast as they can, and then one alone.
"""

import multiprocessing
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Collection

import django

CLIENTS, ADDS, ALONE = 8, 150, 40
WINDOW = 0.05  # seconds


def set_nx(effects: Collection[str]) -> None:
    """The product's bell: one message on its way for all processes, and a drain a window later."""
    from workers.outbox import doorbell

    doorbell.ring(effects)


def set_nx_at_once(effects: Collection[str]) -> None:
    """One message on its way, and the drain starts when it arrives."""
    from workers.outbox import doorbell

    doorbell.WINDOW = 0.0
    doorbell.ring(effects)


_last: dict[str, float] = {}


def window_a_process(effects: Collection[str]) -> None:
    """Each process sends at most one message a window, and the drain starts at its end; Redis is asked for nothing."""
    from workers.outbox.effects import registry

    for name in effects:
        if time.monotonic() - _last.get(name, 0.0) > WINDOW:
            _last[name] = time.monotonic()
            registry[name].send(countdown=WINDOW, retry=False)


def no_bell(effects: Collection[str]) -> None:
    """What `on_commit(task.delay)` would send: a message an effect of every change."""
    from workers.outbox.effects import registry

    for name in effects:
        registry[name].send(retry=False)


BELLS: list[Callable[[Collection[str]], None]] = [set_nx, set_nx_at_once, window_a_process, no_bell]


def use(bell: str) -> None:
    from workers.outbox import enqueuing

    django.setup()
    setattr(enqueuing, "ring", globals()[bell])  # noqa: B010 - mypy is right that nobody else may


def shop_alone(bell: str, variant_id: int, adds: int) -> None:
    """A client process: so many adds by guests of their own."""
    django.setup()
    use(bell)
    from cart.services import add_product_to_cart

    for _ in range(adds):
        add_product_to_cart(None, variant_id, 1, guest_token=uuid.uuid4())


def messages_sent() -> int:
    from redis_link import client

    return int(client().info("commandstats").get("cmdstat_lpush", {}).get("calls", 0))


def wait_until_empty() -> None:
    from workers.models import OutboxRow

    while OutboxRow.objects.exists():
        time.sleep(0.002)


def measure(bell: str, variants: list[int]) -> tuple[float, float, float, float]:
    """Messages an add at eight clients, adds a second, and median and p95 of commit to done with one (milliseconds)."""
    before, start = messages_sent(), time.monotonic()
    clients = [multiprocessing.Process(target=shop_alone, args=(bell, variant, ADDS)) for variant in variants]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    a_second = CLIENTS * ADDS / (time.monotonic() - start)
    wait_until_empty()
    per_add = (messages_sent() - before) / (CLIENTS * ADDS)
    delays = [one_alone(bell, variants[0]) for _ in range(ALONE)]
    return per_add, a_second, statistics.median(delays), statistics.quantiles(delays, n=20)[-1]


def one_alone(bell: str, variant_id: int) -> float:
    use(bell)
    from cart.services import add_product_to_cart

    add_product_to_cart(None, variant_id, 1, guest_token=uuid.uuid4())
    start = time.monotonic()
    wait_until_empty()
    return (time.monotonic() - start) * 1000


def make_variants() -> list[int]:
    from inventory.models import Product, ProductVariant

    ids = []
    for number in range(CLIENTS):
        product = Product.objects.create(number=f"bell{number}", name="Bell", slug=f"bell-{number}")
        variant = ProductVariant.objects.create(
            product=product, sku=f"bell{number}", name="Bell", price=1, stock_quantity=10**6
        )
        ids.append(variant.pk)
    return ids


def main() -> None:
    """Print a row for each bell."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    variants = make_variants()
    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "celery_app",
            "worker",
            "--loglevel",
            "ERROR",
            "--concurrency",
            "2",
            "--quiet",
        ],
        env={**os.environ, "SHOP_PROCESS": "worker"},
    )
    try:
        one_alone("no_bell", variants[0])
        print(f"{'bell':18} {'messages/add':>12} {'adds/s':>8} {'median ms':>10} {'p95 ms':>8}")
        for bell in BELLS:
            connections.close_all()
            per_add, a_second, median, p95 = measure(bell.__name__, variants)
            print(f"{bell.__name__:18} {per_add:12.3f} {a_second:8.0f} {median:10.0f} {p95:8.0f}", flush=True)
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
