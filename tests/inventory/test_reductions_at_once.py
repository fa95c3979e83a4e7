"""Two sessions at one variant: of two members of staff who announce, one is told; a reduction ends during an add."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cart.owners import Owner
from inventory.models import ProductVariant, Reduction
from inventory.services.prices import NewPrice, change_prices
from inventory.services.reductions import announce_reductions, end_reductions
from tests.conftest import AtTheSeam
from tests.support.databases import on_its_own_connection, somebody_waits
from tests.support.rivals import beside
from tests.support.shopping import held
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

NOON, HOUR = datetime(2031, 5, 1, 12, tzinfo=UTC), timedelta(hours=1)


def announce(variant: ProductVariant, price: str, begins: datetime, ends: datetime) -> str:
    """Announce a reduction of the price of 2.50 that both have seen. Returns why it was refused, or ""."""
    prices = {variant.pk: NewPrice(Decimal("2.50"), Decimal(price))}
    try:
        announce_reductions(prices=prices, starts_at=begins, ends_at=ends)
    except ValidationError as refusal:
        return str(refusal.code)
    return ""


def test_of_two_at_one_time_the_later_one_is_told(variant: ProductVariant, monkeypatch: pytest.MonkeyPatch) -> None:
    rival = beside(
        monkeypatch,
        "inventory.services.prices.lock_variants",
        lambda: announce(variant, "1.00", NOON - HOUR, NOON + HOUR),
    )
    assert (announce(variant, "2.00", NOON, NOON + HOUR), rival.result(30)) == ("", "reductions_overlap")
    assert str(Reduction.objects.get().price) == "2.00"


def test_a_new_price_waits_for_the_announcement(variant: ProductVariant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the reduced price could be above the price of which it was announced to be a reduction."""

    def lower() -> int:
        prices = {variant.pk: NewPrice(Decimal("2.50"), Decimal("1.00"))}
        return change_prices(prices=prices, cause="test", actor=None)

    rival = beside(monkeypatch, "inventory.services.reductions.clock", lower)
    assert (announce(variant, "2.00", NOON, NOON + HOUR), rival.result(30)) == ("", 1)
    assert Reduction.objects.get().created_at < variant.price_changes.get().created_at


def test_the_database_refuses_the_second_of_two_at_once(variant: ProductVariant) -> None:
    """Whoever writes: the second session waits for the first, and is refused."""

    def write(price: int) -> Reduction:
        return Reduction.objects.create(variant_id=variant.pk, price=price, starts_at=NOON)

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            first = write(2)
            rival = threads.submit(on_its_own_connection, lambda: write(1))
            wait_until(lambda: rival.done() or somebody_waits(), "the second session waits or has ended")
            assert not rival.done()
        with pytest.raises(IntegrityError, match="inventory_reduction_one_at_a_time"):
            rival.result(30)
    assert Reduction.objects.get() == first


def test_an_add_has_the_price_of_the_moment_at_which_it_looked(
    guest: Owner, variant: ProductVariant, at_the_seam: AtTheSeam
) -> None:
    """A reduction that ends before the units are taken: to look twice would cost each add of anything."""
    staff = User.objects.create_superuser("staff")
    announce_reductions(prices={variant.pk: NewPrice(Decimal("2.50"), Decimal(2))})
    ids = [Reduction.objects.get().pk]
    at_the_seam("cart.services.writing.take", lambda: end_reductions(reduction_ids=ids, actor=staff))
    line = held(guest, variant)
    assert Reduction.objects.get().ends_at is not None
    assert str(line.price) == "2.00"
