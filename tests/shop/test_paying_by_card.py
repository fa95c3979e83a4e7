"""Paying by card on the shop's pages: to Stripe and back, and what the order's page says where Stripe is down."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from orders.links import order_path
from orders.models import Order, Payment
from orders.services import begin_payment
from shop.checks.payments import check_stripe
from tests.support.checkout import place
from tests.support.pages import forms, text_of
from tests.support.stripe_server import StripeServer, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery", "line")]

AWAY = "Card cannot be reached just now. Nothing was taken, and your order is kept."


@pytest.fixture
def unpaid(stripe: StripeServer, client: Client) -> str:
    """The page of an order that was placed while Stripe was down."""
    stripe.fails = 503
    place(client, "stripe")
    stripe.fails = None
    return order_path(Order.objects.get().number)


def go_on(client: Client, unpaid: str) -> Any:
    return forms(client.get(unpaid), f"{unpaid}pay/")[0].post(client)


def test_the_shopper_is_led_to_stripe_and_back(stripe: StripeServer, client: Client) -> None:
    address = place(client, "stripe")["Location"]
    (session,) = stripe.sessions.values()
    assert address == session["url"]
    stripe.pay(session)
    back = client.get(session["success_url"])
    assert "Your payment is being confirmed (Card)." in text_of(back)
    assert "Go on to pay" not in text_of(back)
    body, headers = signed(stripe.events[0])
    headers.pop("Content-Type")
    assert client.post("/payments/stripe/hook/", body, content_type="application/json", headers=headers).json() == {}
    assert "Paid, thank you." in text_of(client.get(session["success_url"]))


def test_back_without_paying(stripe: StripeServer, client: Client) -> None:
    place(client, "stripe")
    (session,) = stripe.sessions.values()
    page = text_of(client.get(session["cancel_url"]))
    assert "Go on to pay: Card" in page
    assert "being confirmed" not in page
    assert go_on(client, session["cancel_url"].removeprefix("http://testserver"))["Location"] == session["url"]
    assert len(stripe.sessions) == 1


def test_stripe_is_down_when_the_order_is_placed(stripe: StripeServer, client: Client) -> None:
    stripe.fails = 503
    answer = place(client, "stripe")
    placed = Order.objects.get()
    assert placed.state == "placed"
    page = text_of(client.get(answer["Location"]))
    assert AWAY in page
    assert "Go on to pay: Card" in page
    assert "Pay in another way" in page


def test_stripe_is_still_down_and_then_back(stripe: StripeServer, client: Client, unpaid: str) -> None:
    stripe.fails = 500
    answer = go_on(client, unpaid)
    assert answer["Location"] == unpaid
    assert AWAY in text_of(client.get(unpaid))
    stripe.fails = None
    assert go_on(client, unpaid)["Location"] == next(iter(stripe.sessions.values()))["url"]


def test_looking_at_the_order_asks_stripe_for_nothing(stripe: StripeServer, client: Client, unpaid: str) -> None:
    asked = len(stripe.requests)
    client.get(unpaid)
    client.get(f"{unpaid}?paid")
    assert len(stripe.requests) == asked


def test_a_refusal_of_stripe_is_said_and_another_try_is_possible(
    stripe: StripeServer, client: Client, unpaid: str, caplog: pytest.LogCaptureFixture
) -> None:
    stripe.keys[Payment.objects.get().reference] = {"other": "facts"}, {}
    assert go_on(client, unpaid)["Location"] == unpaid
    shown = client.get(unpaid)
    assert "This payment cannot be made. Nothing was taken; please choose again how to pay." in text_of(shown)
    assert "same parameters" in caplog.text
    answer = client.post(f"{unpaid}pay/", {"provider": "stripe"})
    assert answer["Location"] == next(iter(stripe.sessions.values()))["url"]


def test_a_button_of_before_another_way_was_chosen(stripe: StripeServer, client: Client, unpaid: str) -> None:
    before = forms(client.get(unpaid), f"{unpaid}pay/")[0]
    begin_payment(order_id=Order.objects.get().pk, provider="invoice")
    assert before.post(client)["Location"] == unpaid
    assert not stripe.sessions


def test_a_payment_of_another_order_is_not_gone_on_with(stripe: StripeServer, client: Client, unpaid: str) -> None:
    assert client.post(f"{unpaid}pay/", {"payment": "of-another-order"})["Location"] == unpaid
    assert not stripe.sessions


def test_forms_may_lead_to_stripe(stripe: StripeServer, client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert f"form-action 'self' https://checkout.stripe.com {stripe.url};" in policy


# --- System checks


def ids() -> list[str | None]:
    return [message.id for message in check_stripe(None)]


def test_stripe_as_it_should_be(stripe: StripeServer) -> None:
    assert ids() == []


@pytest.mark.parametrize("minutes", [29, 1321, 0])
def test_a_time_that_stripe_does_not_allow(stripe: StripeServer, settings: Settings, minutes: int) -> None:
    settings.SHOP_PAYMENT_MINUTES = settings.SHOP_PAYMENT_MINUTES | {"stripe": minutes}
    assert ids() == ["shop.E021"]


def test_no_secret_of_the_web_hook(stripe: StripeServer, settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = []
    assert ids() == ["shop.E020"]
    settings.SHOP_PAYMENT_PROVIDERS = {"invoice": "orders.payments.invoice.Invoice"}
    assert ids() == []


@pytest.mark.parametrize("key", ["sk_test_1", "rk_test_1"])
def test_a_test_key_in_a_public_shop(stripe: StripeServer, settings: Settings, key: str) -> None:
    settings.STRIPE_SECRET_KEY, settings.DEBUG = key, False
    settings.ALLOWED_HOSTS = ["shop.example"]
    assert ids() == ["shop.W020"]
    settings.STRIPE_SECRET_KEY = key.replace("test", "live")
    assert ids() == []
