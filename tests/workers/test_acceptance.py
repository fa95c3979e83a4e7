"""From an add over HTTP to its effects, through a real web server, a real broker and a real worker."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_celery import CeleryTestWorker

from analytics.models import AnalyticsEvent
from cart.models import Cart
from inventory.models import LowStockAlert, ProductVariant
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.browsing import Shopper
from tests.support.processes import start_worker
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def add_over_http(address: str, variant: ProductVariant, quantity: int) -> None:
    shopper = Shopper(address)
    form = shopper.add_form(variant.product.get_absolute_url())
    answer = shopper.add(form, variant=str(variant.pk), quantity=str(quantity))
    assert answer.status == 200


def wait_for_effects(variant: ProductVariant, quantity: int) -> None:
    """The stored total, one event and one open alert; and the outbox empty, so that nothing more will come."""
    total = variant.price * quantity
    wait_until(lambda: Cart.objects.filter(total_price=total).exists(), "the cart's total is stored")
    wait_until(lambda: not OutboxRow.objects.exists(), "the outbox is empty")
    event = AnalyticsEvent.objects.get()
    assert (event.name, event.variant_id, event.quantity) == ("add_to_cart", variant.pk, quantity)
    assert event.value == total
    alert = LowStockAlert.objects.get()
    assert (alert.variant_id, alert.level, alert.closed_at) == (variant.pk, LowStockAlert.Level.LOW, None)


def test_an_add_reaches_its_effects(
    serve: Callable[..., str], celery_worker: CeleryTestWorker, make_variant: MakeVariant
) -> None:
    variant = make_variant(10, threshold=6)
    add_over_http(serve(), variant, 4)
    wait_for_effects(variant, 4)


def test_a_worker_that_starts_later_does_the_same(
    serve: Callable[..., str], make_variant: MakeVariant, tmp_path: Path
) -> None:
    variant = make_variant(10, threshold=6)
    add_over_http(serve(), variant, 4)
    assert not AnalyticsEvent.objects.exists()
    worker = start_worker(tmp_path)
    try:
        wait_for_effects(variant, 4)
    finally:
        worker.teardown()
