"""The test bank's page: its buttons pay, refuse, call twice and come late."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.links import order_path
from orders.models import DeliveryMethod, Order, Payment
from orders.services import cancel_order
from tests.conftest import MakeVariant
from tests.support.checkout import fill, place, review_form
from tests.support.ordering import order
from tests.support.pages import form, text_of
from tests.support.shopping import add

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_test_bank", "delivery")]


@pytest.fixture
def payment(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Payment:
    """Of an order of two units, 8.95 in all, at the test bank."""
    return order(add(guest, variant, 2), delivery, provider="testbank").payments.get()


def state(payment: Payment) -> tuple[str, str]:
    payment.refresh_from_db()
    return payment.status, Order.objects.get(pk=payment.order_id).state


@pytest.fixture
def at_the_bank(client: Client, variant: ProductVariant) -> str:
    """The address that a guest is led to who chose the test bank."""
    page = client.get(variant.product.get_absolute_url())
    form(page, "/cart/add/").post(client, quantity="2")
    return str(place(client, "testbank")["Location"])


def press(client: Client, address: str, name: str) -> Any:
    return form(client.get(address), address).post(client, call=name)


def test_whoever_chose_the_bank_is_led_there_and_back(client: Client, at_the_bank: str) -> None:
    payment = Payment.objects.get()
    assert at_the_bank == f"/testbank/{payment.reference}/"
    assert "£8.95" in text_of(client.get(at_the_bank))
    response = press(client, at_the_bank, "pay")
    assert state(payment) == ("paid", "paid")
    assert "Paid, thank you." in text_of(client.get(response["Location"]))


def test_calling_twice_pays_once(client: Client, at_the_bank: str) -> None:
    press(client, at_the_bank, "pay-twice")
    payment = Payment.objects.get()
    assert state(payment) == ("paid", "paid")
    assert payment.order.transitions.filter(to_state="paid").count() == 1


def test_refused_and_then_paid(client: Client, at_the_bank: str) -> None:
    back = press(client, at_the_bank, "refuse")["Location"]
    page = client.get(back)
    assert "The payment was refused" in text_of(page)
    again = form(page, f"{back}pay/").post(client, provider="testbank")["Location"]
    assert again != at_the_bank
    press(client, again, "pay")
    assert Order.objects.get().state == "paid"


def test_leaving_without_paying_and_coming_late(client: Client, at_the_bank: str) -> None:
    (back,) = {part for part in text_of(client.get(at_the_bank)).split('"') if part.startswith("/orders/")}
    assert "Go on to pay" in text_of(client.get(back))
    cancel_order(order_id=Order.objects.get().pk)
    press(client, at_the_bank, "pay")
    page = text_of(client.get(back))
    assert "This order was cancelled" in page
    assert "We owe you £8.95" in page


def test_a_button_that_is_not_there_does_nothing(client: Client, at_the_bank: str) -> None:
    press(client, at_the_bank, "rob")
    assert Order.objects.get().state == "placed"


def test_without_the_test_bank_there_is_no_page_and_no_hook(
    client: Client, at_the_bank: str, settings: Settings
) -> None:
    settings.SHOP_PAYMENT_PROVIDERS = {"invoice": "orders.payments.invoice.Invoice"}
    assert client.get(at_the_bank).status_code == 404
    assert client.post(at_the_bank, {"call": "pay"}).status_code == 404
    assert client.post("/payments/testbank/hook/", {}).status_code == 404
    assert Order.objects.get().state == "placed"


def test_a_reference_that_is_of_no_payment_at_the_bank(
    client: Client, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    by_invoice = order(add(guest, variant), delivery).payments.get()
    assert client.get(f"/testbank/{by_invoice.reference}/").status_code == 404
    assert client.get("/testbank/none/").status_code == 404


def test_it_is_not_kept_nor_found(client: Client, at_the_bank: str) -> None:
    response = client.get(at_the_bank)
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_what_costs_nothing_needs_no_bank(client: Client, make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    DeliveryMethod.objects.update(price=0)
    variant = make_variant(price="0.00")
    form(client.get(variant.product.get_absolute_url()), "/cart/add/").post(client)
    fill(client)
    response = review_form(client).post(client, provider="testbank")
    assert response["Location"].startswith("/orders/")
    assert "Paid, thank you." in text_of(client.get(response["Location"]))


def test_only_the_customer_in_the_account_is_led_there(
    client: Client, payment: Payment, django_user_model: Any
) -> None:
    eve = django_user_model.objects.create_user("eve")
    client.force_login(eve)
    response = press(client, f"/testbank/{payment.reference}/", "refuse")
    assert response["Location"].startswith("/orders/")
    assert client.get(order_path(payment.order.number)).status_code == 200
