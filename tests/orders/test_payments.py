"""Payments: whatever a provider says, and however often, the order is paid once or the money goes back."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models.functions import Now
from hypothesis import given
from hypothesis import strategies as st

from cart.owners import Owner
from demo.testbank import SIGNATURE, notice_body, signature_of
from inventory.models import ProductVariant
from orders.errors import OtherCurrency, PaymentNotPossible
from orders.models import DeliveryMethod, Order, Payment, Refund
from orders.payments import InvalidEvent, InvalidSignature, PaymentEvent, exact_amount, provider_named
from orders.payments.events import LARGEST_AMOUNT
from orders.services import begin_payment, cancel_order, cancel_overdue_orders, settle_payment
from tests.support.ordering import order, pay
from tests.support.shopping import add, stock


@pytest.fixture
def placed(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    """An order of two units of `variant`, 8.95 in all, not paid yet."""
    return order(add(guest, variant, 2), delivery)


def test_a_payment_pays_the_order(placed: Order) -> None:
    pay(placed)
    assert placed.state == "paid"
    assert placed.payments.get().status == "paid"
    assert placed.transitions.last().to_state == "paid"  # type: ignore[union-attr]


def test_a_payment_that_is_told_twice_is_one(placed: Order) -> None:
    event = _event(placed)
    for _ in range(2):
        settle_payment(event=event, provider="invoice")
    assert placed.transitions.filter(to_state="paid").count() == 1
    assert not Refund.objects.exists()


def test_a_refused_payment_leaves_the_order_to_be_paid_in_another_way(placed: Order) -> None:
    pay(placed, is_paid=False)
    assert placed.state == "placed"
    begin_payment(order_id=placed.pk, provider="invoice")
    pay(placed)
    assert (placed.state, list(placed.payments.values_list("status", flat=True))) == ("paid", ["paid", "refused"])


def test_one_payment_is_open_at_a_time(placed: Order) -> None:
    first = placed.payments.get()
    second = begin_payment(order_id=placed.pk, provider="invoice")
    first.refresh_from_db()
    assert (first.status, second.status) == ("refused", "pending")


def test_money_of_a_payment_that_was_given_up_pays_the_order_all_the_same(placed: Order) -> None:
    event = _event(placed)
    begin_payment(order_id=placed.pk, provider="invoice")
    settle_payment(event=event, provider="invoice")
    placed.refresh_from_db()
    assert placed.state == "paid"
    assert not Refund.objects.exists()


def test_money_that_comes_twice_goes_back_once(placed: Order) -> None:
    first = _event(placed)
    second = begin_payment(order_id=placed.pk, provider="invoice")
    for event in (first, PaymentEvent(second.reference, True, second.amount, "GBP")):
        settle_payment(event=event, provider="invoice")
    refund = Refund.objects.get()
    assert (refund.payment, refund.amount, refund.sent_at) == (second, placed.total, None)


def test_a_refusal_after_the_money_is_ignored(placed: Order) -> None:
    event = _event(placed)
    settle_payment(event=event, provider="invoice")
    settle_payment(event=PaymentEvent(event.reference, False, event.amount, "GBP"), provider="invoice")
    assert Payment.objects.get().status == "paid"


def test_money_for_a_cancelled_order_goes_back_and_sells_nothing(placed: Order, variant: ProductVariant) -> None:
    event = _event(placed)
    cancel_order(order_id=placed.pk)
    for _ in range(2):
        settle_payment(event=event, provider="invoice")
    placed.refresh_from_db()
    assert (placed.state, stock(variant)) == ("cancelled", (10, 0))
    assert Refund.objects.get().amount == placed.total


def test_another_amount_does_not_pay_and_goes_back(placed: Order) -> None:
    event = _event(placed)
    settle_payment(event=PaymentEvent(event.reference, True, Decimal("1.00"), "GBP"), provider="invoice")
    placed.refresh_from_db()
    assert (placed.state, Refund.objects.get().amount) == ("placed", Decimal("1.00"))
    # What the customer does next: pay the order in full.
    begin_payment(order_id=placed.pk, provider="invoice")
    pay(placed)
    assert placed.state == "paid"


def test_a_payment_of_another_provider_is_not_found(placed: Order) -> None:
    with pytest.raises(PaymentNotPossible):
        settle_payment(event=_event(placed), provider="testbank")


def test_a_paid_order_takes_no_other_payment(placed: Order) -> None:
    pay(placed)
    with pytest.raises(PaymentNotPossible):
        begin_payment(order_id=placed.pk, provider="invoice")


def test_unpaid_orders_are_cancelled_when_their_time_is_over(placed: Order, variant: ProductVariant) -> None:
    assert cancel_overdue_orders() == 0
    Order.objects.update(pay_by=Now() - timedelta(seconds=1))
    assert (cancel_overdue_orders(), cancel_overdue_orders()) == (1, 0)
    assert stock(variant) == (10, 0)


def test_a_paid_order_is_never_overdue(placed: Order) -> None:
    pay(placed)
    Order.objects.update(pay_by=Now() - timedelta(seconds=1))
    assert cancel_overdue_orders() == 0


def test_invoices_wait_longer_than_other_ways() -> None:
    assert provider_named("invoice").time_to_pay > provider_named("testbank").time_to_pay


def test_another_way_to_pay_has_its_own_time_from_the_placement_on(placed: Order) -> None:
    """Who goes from the bank's page to an invoice has days for it; who tries again and again has no more."""
    bank, invoice = provider_named("testbank").time_to_pay, provider_named("invoice").time_to_pay
    Order.objects.update(pay_by=placed.created_at + bank)
    for provider, expected in (("testbank", bank), ("invoice", invoice), ("testbank", invoice), ("invoice", invoice)):
        begin_payment(order_id=placed.pk, provider=provider)
        placed.refresh_from_db()
        assert placed.pay_by - placed.created_at == expected


class TestNotices:
    """What no payment can be is refused by the event itself, whoever made it."""

    @given(cents=st.integers(1, 10**14 - 1))
    def test_each_amount_of_cents_is_taken(self, cents: int) -> None:
        amount = Decimal(cents) / 100
        assert PaymentEvent("a", True, amount, "GBP").amount == amount
        said = json.loads(json.dumps({"text": str(amount)})[:-1] + f', "number": {amount}}}', parse_float=Decimal)
        assert [exact_amount(said[name]) for name in ("text", "number")] == [amount, amount]

    @pytest.mark.parametrize("amount", ["NaN", "sNaN", "-NaN", "Infinity", "-5", "-0", "1e400", "6.955", "1e-999999"])
    @pytest.mark.parametrize("is_paid", [True, False])
    def test_other_amounts_are_not(self, amount: str, is_paid: bool) -> None:
        with pytest.raises(InvalidEvent, match="at most two decimal places"):
            PaymentEvent("a", is_paid, Decimal(amount), "GBP")

    @pytest.mark.parametrize("amount", [10**12, 6.95, 10.0, 10, "6.95", True, None, [6, 95]])
    def test_what_is_no_decimal_is_not(self, amount: Any) -> None:
        with pytest.raises(InvalidEvent, match="must be a Decimal"):
            PaymentEvent("a", True, amount, "GBP")

    def test_more_than_the_column_holds_is_not(self) -> None:
        PaymentEvent("a", True, LARGEST_AMOUNT, "GBP")
        for amount in (LARGEST_AMOUNT + Decimal("0.01"), Decimal("9" * 300)):
            with pytest.raises(InvalidEvent):
                PaymentEvent("a", True, amount, "GBP")

    def test_nothing_pays_nothing(self) -> None:
        PaymentEvent("a", False, Decimal(0), "GBP")
        with pytest.raises(InvalidEvent):
            PaymentEvent("a", True, Decimal(0), "GBP")

    @pytest.mark.parametrize("reference", ["", "a\x00b", "a b", "é", "\ud800", "x" * 41, "a\n", 7, None])
    def test_references_are_bounded_and_plain(self, reference: Any) -> None:
        with pytest.raises(InvalidEvent, match="reference"):
            PaymentEvent(reference, True, Decimal(1), "GBP")

    @pytest.mark.parametrize("currency", ["", "gbp", "GB", "GBPX", "£", "GBP\n", None, 826])
    def test_a_currency_is_three_letters(self, currency: Any) -> None:
        with pytest.raises(InvalidEvent, match="currency"):
            PaymentEvent("a", True, Decimal(1), currency)

    @pytest.mark.parametrize("is_paid", ["yes", 1, None])
    def test_it_is_paid_or_it_is_not(self, is_paid: Any) -> None:
        with pytest.raises(InvalidEvent, match="True or False"):
            PaymentEvent("a", is_paid, Decimal(1), "GBP")

    @pytest.mark.parametrize(
        "value",
        [
            6.95,
            True,
            None,
            [0, [6, 9, 5], -2],
            {},
            "NaN",
            "-5",
            "+5",
            "1e3",
            "6,95",
            " 6.95",
            "\uff16.\uff19\uff15",
            "1_0",
            "",
        ],
    )
    def test_an_exact_amount_is_a_plain_number(self, value: Any) -> None:
        with pytest.raises(InvalidEvent):
            exact_amount(value)

    def test_money_of_another_currency_pays_nothing_and_is_not_owed(self, placed: Order) -> None:
        event = replace(_event(placed), currency="JPY")
        with pytest.raises(OtherCurrency, match="Money of JPY pays nothing here: the currency of the shop is GBP"):
            settle_payment(event=event, provider="invoice")
        assert (Order.objects.get().state, Payment.objects.get().status) == ("placed", "pending")
        assert not Refund.objects.exists()


class TestSignatures:
    """The test bank's calls are believed by their signature alone."""

    def test_a_signed_notice_is_read(self, placed: Order) -> None:
        payment = placed.payments.get()
        body = notice_body(payment, is_paid=True)
        event = provider_named("testbank").parse_webhook(body, {SIGNATURE: signature_of(body)})
        assert event == PaymentEvent(payment.reference, True, payment.amount, "GBP")

    @pytest.mark.parametrize("signature", ["", "0" * 64, "é"])
    def test_a_forged_notice_is_not(self, placed: Order, signature: str) -> None:
        body = notice_body(placed.payments.get(), is_paid=True)
        with pytest.raises(InvalidSignature):
            provider_named("testbank").parse_webhook(body, {SIGNATURE: signature})

    def test_another_body_under_the_same_signature_is_not(self, placed: Order) -> None:
        body = notice_body(placed.payments.get(), is_paid=False)
        with pytest.raises(InvalidSignature):
            provider_named("testbank").parse_webhook(body.replace(b"refused", b"paid"), {SIGNATURE: signature_of(body)})

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"reference": "a", "outcome": "paid", "amount": "much"}'])
    def test_a_signed_body_that_is_no_notice_is_refused(self, body: bytes) -> None:
        with pytest.raises(InvalidSignature):
            provider_named("testbank").parse_webhook(body, {SIGNATURE: signature_of(body)})

    def test_an_invoice_is_called_by_nobody(self) -> None:
        with pytest.raises(InvalidSignature):
            provider_named("invoice").parse_webhook(b"{}", {})


@pytest.fixture(autouse=True)
def with_test_bank(settings: object) -> None:
    """Both providers are offered."""
    settings.SHOP_PAYMENT_PROVIDERS = {  # type: ignore[attr-defined]
        "invoice": "orders.payments.invoice.Invoice",
        "testbank": "demo.testbank.TestBank",
    }


def _event(placed: Order) -> PaymentEvent:
    payment = placed.payments.get(status="pending")
    return PaymentEvent(payment.reference, True, payment.amount, "GBP")
