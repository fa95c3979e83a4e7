"""What the code must not do, the database refuses: each rule meets a direct bad write."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.db.models.functions import Now

from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.models import LowStockAlert, Product, ProductVariant, StockMovement
from tests.conftest import MakeVariant
from tests.support.ledger import tamper, without_triggers
from tests.support.shopping import add, expire, held, nothing_changes

Write = Callable[[CartItem, User], object]

BAD_WRITES: dict[str, Write] = {
    "inventory_productvariant_stock_not_negative": lambda line, user: ProductVariant.objects.update(stock_quantity=-1),
    "inventory_productvariant_reserved_not_negative": lambda line, user: ProductVariant.objects.update(
        reserved_quantity=-1
    ),
    "inventory_productvariant_price_not_negative": lambda line, user: ProductVariant.objects.update(price=-1),
    "inventory_productvariant_sku_without_case": lambda line, user: ProductVariant.objects.bulk_create(
        [ProductVariant(product=line.product_variant.product, sku=line.product_variant.sku.lower(), name="x", price=1)]
    ),
    "inventory_stockmovement_delta_not_zero": lambda line, user: tamper(StockMovement.objects.all(), delta=0),
    "inventory_stockmovement_balance_not_negative": lambda line, user: tamper(
        StockMovement.objects.all(), balance_after=-1
    ),
    "inventory_lowstockalert_one_open_per_variant": lambda line, user: LowStockAlert.objects.bulk_create(
        LowStockAlert(variant_id=line.product_variant_id, level="low", stock_when_opened=1) for _ in range(2)
    ),
    "cart_cart_one_owner": lambda line, user: Cart.objects.update(user=user),
    "cart_cart_one_open_per_user": lambda line, user: Cart.objects.bulk_create(Cart(user=user) for _ in range(2)),
    "cart_cart_one_per_guest_token": lambda line, user: Cart.objects.bulk_create(
        [Cart(guest_token=line.cart.guest_token)]
    ),
    "cart_cart_total_not_negative": lambda line, user: Cart.objects.update(total_price=-1),
    "cart_cartitem_one_line_per_variant": lambda line, user: CartItem.objects.bulk_create(
        [CartItem(cart=line.cart, product_variant=line.product_variant, quantity=1, price=1)]
    ),
    "cart_cartitem_quantity_at_least_one": lambda line, user: CartItem.objects.update(
        quantity=0, reserved_quantity=0, reserved_until=None
    ),
    "cart_cartitem_price_not_negative": lambda line, user: CartItem.objects.update(price=-1),
    "cart_cartitem_holds_all_or_nothing": lambda line, user: CartItem.objects.update(reserved_quantity=1),
    "cart_cartitem_hold_has_an_end": lambda line, user: CartItem.objects.update(reserved_until=None),
}


@pytest.mark.parametrize("rule", BAD_WRITES)
def test_the_database_refuses(rule: str, guest: Owner, variant: ProductVariant, make_user: Callable[[], User]) -> None:
    line, user = held(guest, variant, 3), make_user()
    with nothing_changes(), pytest.raises(IntegrityError, match=rule), transaction.atomic():
        BAD_WRITES[rule](line, user)


def test_every_rule_of_these_tables_has_its_bad_write() -> None:
    models = (ProductVariant, StockMovement, LowStockAlert, Cart, CartItem)
    rules = {rule.name for model in models for rule in model._meta.constraints}
    assert rules == set(BAD_WRITES)


def test_an_end_without_a_hold_is_refused(guest: Owner, variant: ProductVariant) -> None:
    held(guest, variant, 3)
    with pytest.raises(IntegrityError, match="cart_cartitem_hold_has_an_end"), transaction.atomic():
        CartItem.objects.update(reserved_quantity=0, reserved_until=Now())


def test_a_cart_without_an_owner_is_refused(db: None) -> None:
    with pytest.raises(IntegrityError, match="cart_cart_one_owner"), transaction.atomic():
        Cart.objects.create()


def test_a_merged_cart_keeps_its_token_from_opening_another(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant)
    Cart.objects.update(status=Cart.Status.MERGED)
    with pytest.raises(IntegrityError, match="cart_cart_one_per_guest_token"), transaction.atomic():
        Cart.objects.create(guest_token=guest.guest_token)


def test_an_abandoned_cart_leaves_its_token_free(guest: Owner, db: None) -> None:
    Cart.objects.create(guest_token=guest.guest_token, status=Cart.Status.ABANDONED)
    Cart.objects.create(guest_token=guest.guest_token)


def test_a_quantity_written_past_every_signal_is_refused(guest: Owner, variant: ProductVariant) -> None:
    held(guest, variant, 3)
    with pytest.raises(IntegrityError, match="holds_all_or_nothing"), transaction.atomic():
        CartItem.objects.update(quantity=9)


def test_a_variant_in_a_cart_cannot_be_deleted(guest: Owner, make_variant: MakeVariant) -> None:
    variant = make_variant(1)
    line = held(guest, variant)
    expire(line)
    with without_triggers():
        StockMovement.objects.all().delete()
    with pytest.raises(ProtectedError):
        variant.delete()


def test_a_product_with_variants_cannot_be_deleted(variant: ProductVariant) -> None:
    with pytest.raises(ProtectedError):
        Product.objects.get(variants=variant).delete()
