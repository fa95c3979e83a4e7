"""The stored total knows which change it is of, and no reader is ever shown a stale one."""

from decimal import Decimal

import pytest

from cart.models import Cart
from cart.owners import Owner
from cart.selectors import cart_contents
from cart.services import add_product_to_cart
from inventory.models import ProductVariant
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.conftest import MakeVariant

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_total_is_right_before_and_after_a_worker_has_stored_it(
    guest: Owner, variant: ProductVariant, make_variant: MakeVariant
) -> None:
    other = make_variant(5, price="0.99")
    for chosen in (variant, other):
        add_product_to_cart(None, chosen.pk, 3, guest_token=guest.guest_token)
        total = cart_contents(guest).total
    assert total == (variant.price + other.price) * 3
    cart = Cart.objects.get()
    assert (cart.total_price, cart.totals_version, cart.version) == (Decimal(0), 0, 2)
    drain("recalculate_cart_totals")
    cart.refresh_from_db()
    assert (cart.total_price, cart.totals_version) == (total, 2)
    assert cart_contents(guest).total == total


def test_many_changes_of_a_cart_are_one_recalculation(guest: Owner, variant: ProductVariant) -> None:
    for _ in range(5):
        add_product_to_cart(None, variant.pk, 1, guest_token=guest.guest_token)
    assert OutboxRow.objects.filter(effect="recalculate_cart_totals").count() == 5
    assert drain("recalculate_cart_totals") == 5
    assert Cart.objects.get().total_price == variant.price * 5


def test_a_cart_that_is_gone_is_no_error() -> None:
    OutboxRow.objects.create(effect="recalculate_cart_totals", key="4711")
    assert drain("recalculate_cart_totals") == 1
