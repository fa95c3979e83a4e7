"""Two members of staff change the same rows of a list at once: the later one sees what the earlier one did."""

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from core.errors import NothingChanged
from inventory.errors import PricesChangedMeanwhile
from inventory.models import PriceChange, ProductVariant
from inventory.services.on_sale import activate_variants, list_products
from inventory.services.prices import NewPrice, change_prices
from tests.support.rivals import beside

pytestmark = pytest.mark.django_db(transaction=True)


def set_price(variant: ProductVariant, price: str) -> int:
    """Change the price from the 2.50 that both have seen. Returns how many changed, -1 if the price is another."""
    prices = {variant.pk: NewPrice(Decimal("2.50"), Decimal(price))}
    try:
        return change_prices(prices=prices, cause="test", actor=None)
    except PricesChangedMeanwhile:
        return -1


def test_of_two_new_prices_the_later_one_is_refused(variant: ProductVariant, monkeypatch: pytest.MonkeyPatch) -> None:
    rival = beside(monkeypatch, "inventory.services.prices.lock_variants", lambda: set_price(variant, "4.00"))
    assert (set_price(variant, "3.00"), rival.result(30)) == (1, -1)
    variant.refresh_from_db()
    assert (variant.price, PriceChange.objects.get().new_price) == (Decimal(3), Decimal(3))


@pytest.mark.parametrize("is_product", [True, False])
def test_of_two_that_take_goods_off_sale_one_has_done_it(
    variant: ProductVariant, monkeypatch: pytest.MonkeyPatch, is_product: bool
) -> None:
    staff = User.objects.create_superuser("staff")

    def take_off() -> int:
        try:
            if is_product:
                return list_products(product_ids=[variant.product_id], listed=False, actor=staff)
            return activate_variants(variant_ids=[variant.pk], active=False, actor=staff)
        except NothingChanged:
            return 0

    look = "lock_products" if is_product else "lock_variants"
    rival = beside(monkeypatch, f"inventory.services.on_sale.{look}", take_off)
    assert (take_off(), rival.result(30)) == (1, 0)
    assert LogEntry.objects.count() == 1
