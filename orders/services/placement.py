"""`place_order`: sale of the held units, order, and its effects in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import IntegrityError

from cart.errors import CartChanged, CartClosed, KeyReused
from cart.models import Cart, CartItem
from cart.services.purchase import buy_cart
from cart.signals import stock_short
from core.countries import country_code
from core.transactions import clock, command
from inventory.errors import InsufficientStock
from inventory.models import Product
from inventory.tax import TaxRates, tax_rates
from inventory.wording import full_name
from orders.delivery_prices import parcel_of
from orders.errors import DeliveryUnavailable, TotalChanged
from orders.models import By, Checkout, Order, OrderLine, OrderTax, OrderTransition
from orders.models.addresses import Customer
from orders.numbers import new_number
from orders.payments import provider_named
from orders.selectors import totals_to_pay
from orders.services.payments import open_payment
from orders.signals import order_placed
from orders.states import State
from orders.tariffs import delivery_prices
from orders.totals import Expected


def place_order(
    cart: Cart,
    *,
    customer: Customer,
    delivery_method_id: int,
    expected: Expected,
    provider: str,
    idempotency_key: str,
) -> Order:
    """Buy everything in an open cart exactly as it was shown, or nothing.

    Arguments: the shopper's own cart; the customer and address; the id of the delivery method; the cart's version and
    total that were shown; the name of the payment provider; the key of the form. A repeated request gets the first
    one's order, with `was_replayed` set.
    Raises CartChanged (with each changed line), TotalChanged, CartEmpty, CartClosed, DeliveryUnavailable,
    PaymentNotPossible, KeyReused, Busy. Nothing is bought then, and the cart is unchanged.
    """
    try:
        return _place(cart, customer, delivery_method_id, expected, provider, idempotency_key)
    except CartClosed:
        return _placed_before(cart, idempotency_key)
    except CartChanged as error:
        _announce_shortages(error, idempotency_key)
        raise
    except IntegrityError as error:
        if Order.objects.filter(idempotency_key=idempotency_key).exists():
            raise KeyReused from error
        raise


@command
def _place(
    cart: Cart, customer: Customer, delivery_method_id: int, expected: Expected, provider: str, idempotency_key: str
) -> Order:
    pay_by = clock() + provider_named(provider).time_to_pay
    number = new_number()
    items = buy_cart(cart_id=cart.pk, seen_version=expected.version, cause=f"order {number}")
    country = country_code(customer.country) or customer.country
    delivery = delivery_prices().offer(delivery_method_id, parcel_of(items, country))
    if delivery is None:
        raise DeliveryUnavailable
    rates = tax_rates()
    totals = totals_to_pay(items, delivery, rates=rates, country=country)
    if totals.total != expected.total:
        raise TotalChanged
    order = Order.objects.create(
        number=number,
        idempotency_key=idempotency_key,
        cart_id=cart.pk,
        user_id=cart.user_id,
        pay_by=pay_by,
        delivery_name=delivery.method.name,
        goods_total=totals.goods,
        delivery_price=totals.delivery,
        tax_rate=max(totals.taxes, key=lambda share: share.gross).rate,
        tax=totals.tax,
        total=totals.total,
        **asdict(customer) | {"country": country},
    )
    lines = _write_lines(order, items, rates)
    OrderTax.objects.bulk_create(OrderTax(order=order, **asdict(share)) for share in totals.taxes)
    OrderTransition.objects.create(order=order, to_state=State.PLACED, by=By.CUSTOMER)
    Checkout.objects.filter(cart_id=cart.pk).delete()
    order_placed.send(sender=Order, order=order, lines=lines)
    open_payment(order, provider)
    return order


def _write_lines(order: Order, items: Sequence[CartItem], rates: TaxRates) -> list[OrderLine]:
    products = Product.objects.in_bulk([item.product_variant.product_id for item in items])
    for item in items:
        item.product_variant.product = products[item.product_variant.product_id]
    return OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            variant=item.product_variant,
            sku=item.product_variant.sku,
            name=full_name(item.product_variant),
            price=item.price,
            quantity=item.quantity,
            tax_rate=rates.of(item.product_variant.tax_class_id, order.country),
        )
        for item in items
    )


def _placed_before(cart: Cart, idempotency_key: str) -> Order:
    """The order of a repeated request. Raises CartClosed where something else closed the cart."""
    order = Order.objects.filter(cart_id=cart.pk, idempotency_key=idempotency_key).first()
    if order is None:
        raise CartClosed
    order.was_replayed = True
    return order


def _announce_shortages(error: CartChanged, idempotency_key: str) -> None:
    """After the rollback, as for an add: unmet demand is counted though nothing else remains of the request."""
    for change in error.changes:
        if isinstance(change.error, InsufficientStock):
            key = f"{idempotency_key}:{change.variant_id}"
            stock_short.send(sender=Order, error=change.error, idempotency_key=key)
