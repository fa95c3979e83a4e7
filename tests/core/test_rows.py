"""A full save from a shell or a form never writes back numbers that shoppers have changed since."""

import pytest

from cart.models import Cart
from cart.owners import Owner
from cart.services import add_product_to_cart
from inventory.models import ProductVariant

pytestmark = pytest.mark.django_db


def test_saving_a_stale_variant_leaves_its_stock(guest: Owner, variant: ProductVariant) -> None:
    add_product_to_cart(None, variant.pk, 4, guest_token=guest.guest_token)
    variant.name = "Blue"
    variant.save()
    now = ProductVariant.objects.get()
    assert (now.stock_quantity, now.reserved_quantity, now.name) == (6, 4, "Blue")


def test_a_full_save_changes_no_price_behind_its_history(variant: ProductVariant) -> None:
    variant.price += 1
    variant.save()
    assert ProductVariant.objects.get().price == variant.price - 1


def test_saving_a_stale_cart_leaves_its_count_of_changes(guest: Owner, variant: ProductVariant) -> None:
    cart = add_product_to_cart(None, variant.pk, 1, guest_token=guest.guest_token)
    add_product_to_cart(None, variant.pk, 1, guest_token=guest.guest_token)
    cart.save()
    assert Cart.objects.get().version == 2


def test_a_guarded_column_is_written_where_it_is_named(variant: ProductVariant) -> None:
    variant.stock_quantity = 3
    variant.save(update_fields=["stock_quantity"])
    assert ProductVariant.objects.get().stock_quantity == 3
