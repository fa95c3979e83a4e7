"""Cards by Stripe: sessions by the official library against a server of Stripe's shapes, and signed web hooks."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from stripe import WebhookSignature

from cart.owners import Owner
from delivery.deliver import deliver
from delivery.models import Delivery
from inventory.models import ProductVariant
from orders.errors import PaymentNotPossible
from orders.models import DeliveryMethod, Order, Payment, Refund
from orders.payments import ProviderRefused, ProviderUnavailable
from orders.payments.minor_units import from_minor_units, to_minor_units
from orders.services import begin_payment, cancel_order, cancel_overdue_orders, open_payment_page, record_payment
from tests.support.ordering import order
from tests.support.shopping import add, stock
from tests.support.stripe_server import SECRET, StripeServer, signed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db

BACK = "https://shop.example/orders/a-token/"
HOOK = "/payments/stripe/hook/"


@pytest.fixture
def payment(stripe: StripeServer, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Payment:
    """Of an order of two units, 8.95 in all, by card."""
    return order(add(guest, variant, 2), delivery, provider="stripe").payments.get()


def opened(payment: Payment, stripe: StripeServer) -> dict[str, Any]:
    """Open the page of a payment. Returns Stripe's session."""
    address = open_payment_page(payment=payment, back=BACK)
    return next(session for session in stripe.sessions.values() if session["url"] == address)


def call(event: dict[str, Any], secret: str = SECRET) -> int:
    """Call the shop as Stripe does. Returns the status of the answer."""
    body, headers = signed(event, secret)
    return post(body, headers)


def post(body: bytes, headers: dict[str, str]) -> int:
    browserless = Client(enforce_csrf_checks=True)
    kind = headers.pop("Content-Type", "application/json")
    return int(browserless.post(HOOK, body, content_type=kind, headers=headers).status_code)


def state(payment: Payment) -> tuple[str, str]:
    payment.refresh_from_db()
    return payment.status, Order.objects.get(pk=payment.order_id).state


# --- The page to pay at


def test_the_page_asks_for_the_order(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe)
    assert (session["amount_total"], session["currency"]) == (895, "gbp")
    assert (session["client_reference_id"], session["customer_email"]) == (payment.reference, "ada@example.com")
    assert (session["success_url"], session["cancel_url"]) == (f"{BACK}?paid", BACK)
    payment.refresh_from_db()
    assert payment.session == session["id"]


def test_asking_again_leads_to_the_same_page(payment: Payment, stripe: StripeServer) -> None:
    first = open_payment_page(payment=payment, back=BACK)
    again = Payment.objects.get(pk=payment.pk)
    assert open_payment_page(payment=again, back=BACK) == first
    assert len(stripe.sessions) == 1


def test_the_page_is_open_longer_than_the_order_waits(payment: Payment, stripe: StripeServer) -> None:
    """In the last minute too Stripe gets half an hour; the server of the tests refuses less, as Stripe does."""
    Order.objects.update(pay_by=timezone.now() + timedelta(seconds=1))
    assert opened(Payment.objects.get(), stripe)["status"] == "open"


def test_a_page_is_never_open_for_more_than_a_day(
    stripe: StripeServer, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    """An order that was placed by bank transfer waits for two weeks, and may be paid by card then."""
    placed = order(add(guest, variant), delivery, provider="invoice")
    assert opened(begin_payment(order_id=placed.pk, provider="stripe"), stripe)["status"] == "open"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_stripe_is_down(payment: Payment, stripe: StripeServer, status: int) -> None:
    stripe.fails = status
    with pytest.raises(ProviderUnavailable):
        open_payment_page(payment=payment, back=BACK)
    assert state(payment) == ("pending", "placed")


def test_nobody_listens(payment: Payment, settings: Settings) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    with pytest.raises(ProviderUnavailable):
        open_payment_page(payment=payment, back=BACK)
    assert state(payment) == ("pending", "placed")


def test_a_stripe_that_hangs_takes_two_threads_at_most(payment: Payment, stripe: StripeServer) -> None:
    """The third request is answered without asking."""
    payment = Payment.objects.select_related("order").get()
    stripe.answers.clear()
    with ThreadPoolExecutor(2) as two:
        hanging = [two.submit(open_payment_page, payment=payment, back=BACK) for _ in range(2)]
        wait_until(lambda: len(stripe.requests) == 2, "two requests wait for Stripe")
        with pytest.raises(ProviderUnavailable, match="Other requests"):
            open_payment_page(payment=payment, back=BACK)
        assert [type(each.exception()) for each in hanging] == [ProviderUnavailable] * 2
    stripe.answers.set()
    assert open_payment_page(payment=payment, back=BACK)


def test_other_facts_for_the_same_payment_are_refused(payment: Payment, stripe: StripeServer) -> None:
    open_payment_page(payment=payment, back=BACK)
    with pytest.raises(ProviderRefused, match="same parameters"):
        open_payment_page(payment=payment, back="https://shop.example/another/")


def test_an_order_cancelled_meanwhile_gets_no_page(payment: Payment, stripe: StripeServer) -> None:
    """The page that was made in between is closed."""
    cancel_order(order_id=payment.order_id)
    with pytest.raises(PaymentNotPossible):
        open_payment_page(payment=payment, back=BACK)
    assert deliver("payments") == 1
    assert [session["status"] for session in stripe.sessions.values()] == ["expired"]


# --- Pages are closed when nobody should pay there any more


def test_a_cancelled_order_is_cancelled_at_stripe_too(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe)
    cancel_order(order_id=payment.order_id)
    assert session["status"] == "open"  # no request and no transaction asks Stripe
    assert deliver("payments") == 1
    assert session["status"] == "expired"
    assert call(stripe.events[-1]) == 200
    assert state(payment) == ("refused", "cancelled")


def test_an_order_that_was_not_paid_in_time(payment: Payment, stripe: StripeServer, variant: ProductVariant) -> None:
    session = opened(payment, stripe)
    Order.objects.update(pay_by=timezone.now() - timedelta(seconds=1))
    assert cancel_overdue_orders() == 1
    assert stock(variant) == (10, 0)
    assert deliver("payments") == 1
    assert session["status"] == "expired"


def test_another_way_to_pay_closes_the_page(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe)
    begin_payment(order_id=payment.order_id, provider="invoice")
    assert deliver("payments") == 1
    assert session["status"] == "expired"


def test_money_of_a_payment_that_was_given_up_closes_the_page_of_the_later_one(
    payment: Payment, stripe: StripeServer, admin_user: User
) -> None:
    transfer = begin_payment(order_id=payment.order_id, provider="invoice")
    card = begin_payment(order_id=payment.order_id, provider="stripe")
    session = opened(card, stripe)
    record_payment(payment_id=transfer.pk, amount=transfer.amount, actor=admin_user)
    assert deliver("payments") == 1
    assert session["status"] == "expired"
    assert call(stripe.events[-1]) == 200
    assert state(card) == ("refused", "paid")


def test_a_payment_without_a_page_has_none_to_close(payment: Payment) -> None:
    cancel_order(order_id=payment.order_id)
    assert not Delivery.objects.filter(channel="payments").exists()


def test_a_page_that_was_paid_at_is_not_closed(payment: Payment, stripe: StripeServer) -> None:
    stripe.pay(session := opened(payment, stripe))
    begin_payment(order_id=payment.order_id, provider="invoice")
    assert deliver("payments") == 1
    assert (session["status"], Delivery.objects.get(channel="payments").error) == ("complete", "")


def test_stripe_down_while_a_page_is_closed(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe)
    cancel_order(order_id=payment.order_id)
    stripe.fails = 500
    assert deliver("payments") == 0
    waiting = Delivery.objects.get(channel="payments")
    assert (waiting.is_dead, waiting.attempts) == (False, 1)
    assert waiting.due_at > timezone.now()
    assert session["status"] == "open"


# --- Web hooks


def test_a_payment_pays_the_order(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe)
    stripe.pay(session)
    assert [call(stripe.events[0]) for _ in range(2)] == [200, 200]
    assert state(payment) == ("paid", "paid")
    assert payment.transaction == session["payment_intent"]
    assert payment.order.transitions.filter(to_state="paid").count() == 1
    assert not Refund.objects.exists()


def test_a_web_hook_that_comes_before_the_session_is_known(payment: Payment, stripe: StripeServer) -> None:
    """The web died after Stripe's answer: the reference is all that is needed."""
    stripe.pay(opened(payment, stripe))
    Payment.objects.update(session="")
    assert call(stripe.events[0]) == 200
    assert state(payment) == ("paid", "paid")


@pytest.mark.parametrize("is_paid", [True, False])
def test_a_slow_way_to_pay_is_awaited(payment: Payment, stripe: StripeServer, is_paid: bool) -> None:
    session = opened(payment, stripe) | {"payment_status": "unpaid", "payment_intent": "pi_slow"}
    assert call(stripe.tell("checkout.session.completed", session)) == 200
    assert state(payment) == ("pending", "placed")
    kind = "checkout.session.async_payment_" + ("succeeded" if is_paid else "failed")
    assert call(stripe.tell(kind, session | {"payment_status": "paid" if is_paid else "unpaid"})) == 200
    assert state(payment) == (("paid", "paid") if is_paid else ("refused", "placed"))


def test_events_out_of_order(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe)
    expired = stripe.tell("checkout.session.expired", session)
    stripe.pay(session)
    assert [call(event) for event in (stripe.events[1], expired)] == [200, 200]
    assert state(payment) == ("paid", "paid")


def test_a_session_that_expired_leaves_the_order_to_be_paid(payment: Payment, stripe: StripeServer) -> None:
    stripe.expire(opened(payment, stripe)["id"])
    assert call(stripe.events[0]) == 200
    assert state(payment) == ("refused", "placed")


def test_money_for_a_cancelled_order_is_owed(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe)
    cancel_order(order_id=payment.order_id)
    stripe.pay(session)
    assert [call(stripe.events[0]) for _ in range(2)] == [200, 200]
    assert state(payment) == ("paid", "cancelled")
    assert Refund.objects.get().amount == Decimal("8.95")


def test_another_amount_is_owed(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe)
    session["amount_total"] = 894
    stripe.pay(session)
    assert call(stripe.events[0]) == 200
    assert state(payment) == ("paid", "placed")
    assert Refund.objects.get().amount == Decimal("8.94")


def test_another_currency_pays_nothing(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe)
    session["currency"] = "jpy"
    stripe.pay(session)
    assert call(stripe.events[0]) == 400
    assert state(payment) == ("pending", "placed")


def test_an_event_of_another_kind_is_taken_and_ignored(payment: Payment, stripe: StripeServer) -> None:
    assert call(stripe.tell("customer.created", {"id": "cus_1", "object": "customer"})) == 200
    assert state(payment) == ("pending", "placed")


def test_a_payment_of_another_shop_is_not_found(payment: Payment, stripe: StripeServer) -> None:
    session = opened(payment, stripe) | {"client_reference_id": "of-another-shop"}
    stripe.pay(session)
    assert call(stripe.events[0]) == 404


def test_the_secret_before_and_the_secret_after_are_both_accepted(
    payment: Payment, stripe: StripeServer, settings: Settings
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
    stripe.pay(opened(payment, stripe))
    event = stripe.events[0]
    assert [call(event, secret) for secret in ("whsec_new", SECRET, "whsec_of_nobody")] == [200, 200, 400]


def test_forged_and_old_calls_change_nothing(payment: Payment, stripe: StripeServer, settings: Settings) -> None:
    stripe.pay(opened(payment, stripe))
    body, headers = signed(stripe.events[0])
    old = WebhookSignature.generate_signature_header(body.decode(), SECRET, int(time.time()) - 3600)
    for signature in ("", "t=1,v1=0", "nonsense", "\xff", old, headers["Stripe-Signature"].replace("v1=", "v0=")):
        assert post(body, {"Stripe-Signature": signature}) == 400
    assert post(body + b" ", dict(headers)) == 400
    settings.STRIPE_WEBHOOK_SECRETS = []
    assert post(body, dict(headers)) == 400
    assert state(payment) == ("pending", "placed")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"type": 1}', b'{"type": "checkout.session.completed"}', b"7"])
def test_a_signed_body_that_is_no_event(stripe: StripeServer, body: bytes) -> None:
    signature = WebhookSignature.generate_signature_header(body.decode(), SECRET)
    assert post(body, {"Stripe-Signature": signature}) == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_total": None},
        {"amount_total": 8.95},
        {"amount_total": -895},
        {"amount_total": 0},
        {"currency": None},
        {"client_reference_id": None},
        {"payment_intent": 7},
    ],
    ids=json.dumps,
)
def test_a_signed_event_that_cannot_be(payment: Payment, stripe: StripeServer, changes: dict[str, Any]) -> None:
    session = opened(payment, stripe) | {"payment_status": "paid", "payment_intent": "pi_1"}
    assert call(stripe.tell("checkout.session.completed", session | changes)) == 400
    assert state(payment) == ("pending", "placed")


# --- Amounts


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("8.95", "GBP", 895), ("895", "JPY", 895), ("895.00", "JPY", 895), ("8.95", "KWD", 8950), ("5", "ISK", 500)],
)
def test_amounts_in_minor_units(amount: str, currency: str, units: int) -> None:
    assert to_minor_units(Decimal(amount), currency) == units
    assert from_minor_units(units, currency) == Decimal(amount)


@given(st.decimals(min_value=0, max_value="999999999999.99", places=2), st.sampled_from(["GBP", "KWD"]))
def test_no_amount_changes_on_the_way(amount: Decimal, currency: str) -> None:
    assert from_minor_units(to_minor_units(amount, currency), currency) == amount


def test_an_amount_that_the_currency_has_not(payment: Payment, settings: Settings) -> None:
    settings.SHOP_CURRENCY = "JPY"
    with pytest.raises(ProviderRefused, match="JPY"):
        open_payment_page(payment=payment, back=BACK)


def test_an_order_by_bank_transfer_has_no_page(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    payment = order(add(guest, variant), delivery, provider="invoice").payments.get()
    assert open_payment_page(payment=payment, back=BACK) is None
