"""What follows from an order: events that count units sold, and one e-mail a kind."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from analytics.models import AnalyticsEvent
from cart.errors import CartChanged
from cart.owners import Owner
from cart.services import release_expired_holds
from delivery.models import Delivery
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order
from orders.services import (
    begin_payment,
    cancel_order,
    mark_refund_sent,
    refund_order,
    return_lines,
    save_checkout,
    ship_order,
)
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.support.checkout import BOTH
from tests.support.ordering import ADA, order, pay
from tests.support.shopping import add, expire, held

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery() -> DeliveryMethod:
    return DeliveryMethod.objects.create(name="By bike", price=Decimal(4))


@pytest.fixture
def placed(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    """An order of three units of `variant`, not paid yet."""
    return order(add(guest, variant, 3), delivery)


def units(name: str) -> list[int]:
    """The units of each event of this name."""
    drain("record_analytics")
    return list(AnalyticsEvent.objects.filter(name=name).order_by("pk").values_list("quantity", flat=True))


def emails() -> Counter[str]:
    """How many e-mails of each kind there are."""
    drain("write_order_letters")
    return Counter(Delivery.objects.values_list("kind", flat=True))


def test_a_checkout_begins_once_a_cart(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    cart = add(guest, variant)
    for _ in range(2):
        save_checkout(cart_id=cart.pk, customer=ADA, delivery_method_id=delivery.pk)
    assert len(units("begin_checkout")) == 1


def test_an_order_is_a_purchase_a_line(placed: Order, variant: ProductVariant) -> None:
    assert units("purchase") == [3]
    event = AnalyticsEvent.objects.get(name="purchase")
    assert (event.variant_id, event.value, event.data["order"]) == (variant.pk, variant.price * 3, placed.number)


def test_what_an_order_could_not_get_is_counted_once(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    line = held(guest, variant, 6)
    expire(line)
    release_expired_holds()
    add(Owner(guest_token=uuid.uuid4()), variant, 7)
    for _ in range(2):
        with pytest.raises(CartChanged):
            order(line.cart, delivery, idempotency_key="a key")
    assert units("stock_shortage") == [6]


def test_no_unit_is_removed_from_a_cart_by_an_order(placed: Order) -> None:
    assert units("remove_from_cart") == []


def test_no_unit_is_removed_from_a_cart_by_the_end_of_an_account(
    make_user: Callable[[], User], variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    user = make_user()
    order(add(Owner(user_id=user.pk), variant, 3), delivery)
    user.delete()
    assert units("remove_from_cart") == []


def test_what_is_cancelled_is_no_longer_sold(placed: Order) -> None:
    for _ in range(2):
        cancel_order(order_id=placed.pk)
    assert units("refund") == [3]


def test_what_comes_back_and_the_rest_are_unsold_once_each(placed: Order) -> None:
    pay(placed)
    return_lines(order_id=placed.pk, units={placed.lines.get().pk: 1}, reason="Broken")
    for _ in range(2):
        refund_order(order_id=placed.pk, reason="All of it")
    assert units("refund") == [1, 2]


def test_each_kind_is_one_e_mail(placed: Order) -> None:
    pay(placed)
    for _ in range(2):
        ship_order(order_id=placed.pk, note="Parcel 17")
    refund_order(order_id=placed.pk, reason="Lost")
    assert emails() == {"order_placed": 1, "order_shipped": 1, "order_refunded": 1}


def test_that_the_money_is_here_is_told_unless_the_first_e_mail_did(placed: Order) -> None:
    assert emails() == {"order_placed": 1}
    pay(placed)
    assert emails() == {"order_placed": 1, "order_paid": 1}


def test_each_parcel_each_return_and_each_refund_is_one_e_mail(placed: Order, make_user: Callable[[str], User]) -> None:
    pay(placed)
    line = placed.lines.get().pk
    for _ in range(2):
        ship_order(order_id=placed.pk, units={line: 1})
    for _ in range(2):
        return_lines(order_id=placed.pk, units={line: 1}, sent_back={line: 1}, reason="Broken")
    clerk = make_user("clerk")
    for refund in [*placed.refunds.all()] * 2:
        mark_refund_sent(refund_id=refund.pk, actor=clerk)
    again = list(OutboxRow.objects.filter(effect="write_order_letters"))
    told = {"order_placed": 1, "order_shipped": 2, "order_returned": 2, "order_money_sent": 2}
    assert emails() == told
    OutboxRow.objects.bulk_create(again)
    assert emails() == told


def test_the_last_units_that_come_back_are_told_with_the_refund_alone(placed: Order) -> None:
    pay(placed)
    return_lines(order_id=placed.pk, units={placed.lines.get().pk: 3}, reason="Unwanted")
    assert emails() == {"order_placed": 1, "order_refunded": 1}


def test_a_refused_payment_is_told_while_nothing_else_pays(
    placed: Order, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod, settings: object
) -> None:
    settings.SHOP_PAYMENT_PROVIDERS = BOTH  # type: ignore[attr-defined]
    other = order(add(guest, variant, 1), delivery, provider="testbank")
    pay(placed, is_paid=False)
    pay(other, is_paid=False)
    begin_payment(order_id=other.pk, provider="testbank")
    assert emails() == {"order_placed": 2, "order_payment_refused": 1}
    assert Delivery.objects.get(kind="order_payment_refused").dedupe_key.startswith(
        f"order_payment_refused:{placed.pk}:"
    )


def test_a_row_of_version_1_0_is_the_e_mail_of_the_order(placed: Order) -> None:
    pay(placed)
    OutboxRow.objects.filter(effect="write_order_letters").delete()
    ship_order(order_id=placed.pk)
    OutboxRow.objects.filter(effect="write_order_letters").update(payload={"v": 1, "occasion": "shipped"})
    assert emails() == {"order_shipped": 1}
    assert "3 x " in Delivery.objects.get().text


def test_an_effect_that_runs_twice_writes_one_e_mail(placed: Order) -> None:
    row = OutboxRow.objects.get(effect="write_order_letters")
    emails()
    row.pk = None
    row.save(force_insert=True)
    assert emails() == {"order_placed": 1}


def test_an_e_mail_says_what_was_bought_and_leads_to_the_order(
    placed: Order, variant: ProductVariant, settings: object
) -> None:
    settings.SHOP_URL = "https://shop.example"  # type: ignore[attr-defined]
    emails()
    email = Delivery.objects.get()
    assert email.to == ADA.email
    assert placed.number in email.subject
    for text in (email.text, email.html):
        assert variant.product.name in text
        assert "£11.50" in text
        assert "20 % tax" in text
        assert "https://shop.example/orders/" in text


def test_what_a_customer_typed_is_no_markup(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    order(add(guest, variant), delivery, customer=replace(ADA, name="<b>Ada & co</b>"))
    emails()
    email = Delivery.objects.get()
    assert "Hello <b>Ada & co</b>," in email.text
    assert "Hello &lt;b&gt;Ada &amp; co&lt;/b&gt;," in email.html


def test_the_note_of_a_parcel_reaches_the_customer(placed: Order) -> None:
    pay(placed)
    ship_order(order_id=placed.pk, note="Parcel 17")
    emails()
    assert "Parcel 17" in Delivery.objects.get(kind="order_shipped").text
