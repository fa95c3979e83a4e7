"""Placing an order: what is bought, what is refused, and that it happens once."""

import uuid
from decimal import Decimal

import pytest

from cart.errors import CartChanged, CartClosed, CartEmpty, KeyReused, PriceChanged
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import release_expired_holds
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.models import ProductVariant, StockMovement
from orders.errors import DeliveryUnavailable, PaymentNotPossible, TotalChanged
from orders.models import Checkout, DeliveryMethod, Order, OrderLine, OrderTransition
from orders.totals import Expected
from tests.conftest import MakeVariant
from tests.support.ordering import ADA, order, seen
from tests.support.shopping import add, expire, held, nothing_changes, stock


def test_an_order_sells_what_the_cart_holds(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    cart = add(guest, variant, 3)
    placed = order(cart, delivery)
    assert stock(variant) == (7, 0)
    movement = StockMovement.objects.latest("id")
    assert (movement.kind, movement.delta, movement.balance_after) == ("sale", -3, 7)
    assert placed.number in movement.cause


def test_an_order_is_a_copy_of_what_was_agreed(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    placed = order(add(guest, variant, 2), delivery)
    ProductVariant.objects.update(price=99, name="Another", sku="OTHER")
    DeliveryMethod.objects.filter(pk=delivery.pk).update(price=9, name="Else")
    placed = Order.objects.get(pk=placed.pk)
    line = OrderLine.objects.get()
    assert (line.sku, line.price, line.quantity, line.total) == (variant.sku, Decimal("2.50"), 2, Decimal("5.00"))
    assert (placed.delivery_name, placed.delivery_price) == ("Standard", Decimal("3.95"))
    assert (placed.goods_total, placed.tax, placed.total) == (Decimal("5.00"), Decimal("1.49"), Decimal("8.95"))
    assert placed.customer == ADA


def test_the_cart_is_closed_and_the_next_add_opens_another(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    cart = add(guest, variant, 2)
    order(cart, delivery)
    cart.refresh_from_db()
    assert (cart.status, cart.total_price, cart.totals_version) == ("ordered", Decimal("5.00"), cart.version)
    assert not CartItem.objects.filter(reserved_quantity__gt=0).exists()
    assert not Cart.objects.filter(status="open").exists()
    assert add(guest, variant).pk != cart.pk


def test_what_was_filled_in_goes_with_the_order(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    cart = add(guest, variant)
    Checkout.objects.create(cart=cart, delivery_method=delivery, **vars(ADA))
    order(cart, delivery)
    assert not Checkout.objects.exists()


def test_the_log_begins_with_the_placement(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    placed = order(add(guest, variant), delivery)
    step = OrderTransition.objects.get()
    assert (step.order_id, step.from_state, step.to_state) == (placed.pk, "", "placed")


def test_a_second_submit_gets_the_same_order(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    cart = add(guest, variant, 2)
    shown, key = seen(cart, delivery), str(uuid.uuid4())
    first = order(cart, delivery, expected=shown, idempotency_key=key)
    second = order(cart, delivery, expected=shown, idempotency_key=key)
    assert (second.pk, first.was_replayed, second.was_replayed) == (first.pk, False, True)
    assert stock(variant) == (8, 0)


def test_another_form_of_the_same_cart_buys_nothing(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    cart = add(guest, variant)
    shown = seen(cart, delivery)
    order(cart, delivery, expected=shown)
    with nothing_changes(), pytest.raises(CartClosed):
        order(cart, delivery, expected=shown)


def test_a_key_is_of_one_cart(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    order(add(guest, variant), delivery, idempotency_key="a key")
    cart = add(guest, variant)
    with nothing_changes(), pytest.raises(KeyReused):
        order(cart, delivery, idempotency_key="a key")


@pytest.mark.parametrize("was_swept", [False, True])
def test_a_run_out_line_takes_its_units_again(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod, was_swept: bool
) -> None:
    line = held(guest, variant, 4)
    expire(line)
    if was_swept:
        release_expired_holds()
    order(line.cart, delivery)
    assert stock(variant) == (6, 0)


def test_a_run_out_line_takes_units_that_others_let_run_out(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    line = held(guest, variant, 6)
    expire(line)
    release_expired_holds()
    expire(held(Owner(guest_token=uuid.uuid4()), variant, 10))
    order(line.cart, delivery)
    assert stock(variant) == (4, 0)


def test_what_changed_is_told_line_by_line_and_nothing_is_bought(
    guest: Owner, make_variant: MakeVariant, delivery: DeliveryMethod
) -> None:
    short, gone, dearer, fine = (make_variant() for _ in range(4))
    lines = [held(guest, each, 6) for each in (short, gone, dearer)]
    expire(*lines)
    release_expired_holds()
    cart = add(guest, fine)
    add(Owner(guest_token=uuid.uuid4()), short, 5)
    ProductVariant.objects.filter(pk=gone.pk).update(is_active=False)
    ProductVariant.objects.filter(pk=dearer.pk).update(price=3)
    with nothing_changes(), pytest.raises(CartChanged) as refusal:
        order(cart, delivery)
    changes = {change.variant_id: change.error for change in refusal.value.changes}
    assert {variant_id: type(error) for variant_id, error in changes.items()} == {
        short.pk: InsufficientStock,
        gone.pk: VariantUnavailable,
        dearer.pk: PriceChanged,
    }
    assert changes[short.pk].available == 5  # type: ignore[union-attr]


def test_a_live_hold_is_sold_at_the_price_that_it_was_added_at(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    cart = add(guest, variant)
    ProductVariant.objects.update(price=3)
    assert order(cart, delivery).goods_total == Decimal("2.50")


def test_a_live_hold_of_what_is_no_longer_sold_may_be_bought(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    cart = add(guest, variant)
    ProductVariant.objects.update(is_active=False)
    order(cart, delivery)
    assert stock(variant) == (9, 0)


def test_a_cart_that_changed_since_it_was_shown_is_not_bought(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    cart = add(guest, variant)
    shown = seen(cart, delivery)
    add(guest, variant)
    with nothing_changes(), pytest.raises(CartChanged) as refusal:
        order(cart, delivery, expected=shown)
    assert refusal.value.changes == []


def test_another_price_of_delivery_is_shown_first(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    cart = add(guest, variant)
    shown = seen(cart, delivery)
    DeliveryMethod.objects.update(price=5)
    with nothing_changes(), pytest.raises(TotalChanged):
        order(cart, delivery, expected=shown)


def test_what_is_not_offered_is_refused(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    cart = add(guest, variant)
    shown = seen(cart, delivery)
    with nothing_changes(), pytest.raises(PaymentNotPossible):
        order(cart, delivery, expected=shown, provider="cash")
    DeliveryMethod.objects.update(is_active=False)
    with nothing_changes(), pytest.raises(DeliveryUnavailable):
        order(cart, delivery, expected=shown)


def test_an_empty_cart_is_not_bought(guest: Owner, delivery: DeliveryMethod) -> None:
    cart = Cart.objects.create(guest_token=guest.guest_token)
    with nothing_changes(), pytest.raises(CartEmpty):
        order(cart, delivery, expected=Expected(version=0, total=Decimal("3.95")))


def test_what_costs_nothing_is_paid_at_once(guest: Owner, make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    DeliveryMethod.objects.update(price=0)
    delivery.refresh_from_db()
    placed = order(add(guest, make_variant(price="0.00")), delivery)
    assert Order.objects.get(pk=placed.pk).state == "paid"
