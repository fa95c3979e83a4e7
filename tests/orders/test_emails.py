"""E-mails about an order: how to pay it, until when, and where it goes, as text and as HTML."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from cart.owners import Owner
from core.text import date_and_time
from inventory.models import ProductVariant, TaxClass
from orders.emails import EmailKind, render_order_email
from orders.emails.kinds import About
from orders.models import Carrier, DeliveryMethod, Order
from orders.services import cancel_order, mark_refund_sent, refund_order, return_lines, ship_order
from tests.conftest import MakeVariant
from tests.support.checkout import BOTH
from tests.support.ordering import ADA, FIRM, order, pay
from tests.support.shopping import add

BANK = "Bank of Test\nIBAN GB00 TEST 0000 & Co"
ADDRESS = ["Ada", "1 Analytical Row", "London", "N1 1AA", "United Kingdom"]


@pytest.fixture(autouse=True)
def _bank(settings: Settings) -> None:
    settings.SHOP_BANK_DETAILS = BANK
    settings.SHOP_PAYMENT_PROVIDERS = BOTH


def both(order: Order, kind: EmailKind = EmailKind.PLACED, about: About = About()) -> list[str]:  # noqa: B008 frozen
    """Text and HTML of the e-mail, as people read them."""
    order.refresh_from_db()
    email = render_order_email(order, kind, about)
    return [email.text, unescape(email.html)]


def until(order: Order) -> str:
    return date_and_time(order.pay_by)


def test_an_order_by_bank_transfer_is_told_how_to_pay_and_until_when(placed: Order) -> None:
    for text in both(placed):
        assert all(line in text for line in BANK.splitlines())
        assert placed.number in text.replace(f"order {placed.number}", "")  # the reference, not the subject's line
        assert "13.95" in text
        assert f"by {until(placed)}" in text.replace("<strong>", "")


def test_the_tax_of_each_rate_is_told(
    guest: Owner, make_variant: MakeVariant, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(tax_class=TaxClass.objects.create(name="Books", percent="5.50"))
    add(guest, make_variant(price="10.00"), 2)
    for text in both(order(add(guest, variant, 4), delivery)):
        words = " ".join(re.sub(r"<.*?>", " ", text).replace(":", " ").split())
        assert "In it, 20 % tax £3.77" in words
        assert "In it, 5.5 % tax £0.59" in words


def test_the_day_to_pay_by_is_named_in_full(placed: Order) -> None:
    """An e-mail is read on another day than it is written, so a time alone would say too little."""
    placed.pay_by = timezone.now() + timedelta(minutes=5)
    placed.save(update_fields=["pay_by"])
    for text in both(placed):
        assert until(placed) in text


def test_an_order_of_another_provider_is_led_on_to_pay(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    placed = order(add(guest, variant, 4), delivery, provider="testbank")
    for text in both(placed):
        assert until(placed) in text
        assert "Bank of Test" not in text
        assert text.count("/orders/") == 3  # to pay, to see it, and to withdraw from it


def test_a_refused_payment_or_a_provider_that_is_gone_is_led_on_as_well(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod, settings: Settings
) -> None:
    refused = order(add(guest, variant, 1), delivery, provider="testbank")
    pay(refused, is_paid=False)
    gone = order(add(guest, variant, 1), delivery)
    settings.SHOP_PAYMENT_PROVIDERS = {"testbank": BOTH["testbank"]}
    for placed in (refused, gone):
        for text in both(placed):
            assert until(placed) in text
            assert "Bank of Test" not in text


@pytest.mark.parametrize("kind", [EmailKind.PLACED, EmailKind.SHIPPED])
def test_what_is_paid_is_not_asked_for_and_goes_to_its_address(placed: Order, kind: EmailKind) -> None:
    pay(placed)
    if kind == EmailKind.SHIPPED:
        ship_order(order_id=placed.pk, note="")
        placed.refresh_from_db()
    for text in both(placed, kind):
        assert "Bank of Test" not in text
        assert until(placed) not in text
        assert all(line in text for line in ADDRESS)


def test_what_else_was_given_is_said_back(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    bought = order(add(guest, variant), delivery, customer=FIRM)
    said = (
        FIRM.phone,
        f"For the courier: {FIRM.delivery_note}",
        FIRM.company,
        FIRM.vat_id,
        *FIRM.gift_message.split("\n"),
    )
    for text in both(bought):
        assert [words for words in said if words not in text] == []
    for text in both(bought, EmailKind.ADDRESS_CHANGED):
        assert [words in text for words in (FIRM.delivery_note, "Bill to", "Gift message")] == [True, False, False]


def test_what_was_not_given_is_not_named(placed: Order) -> None:
    for text in both(placed):
        assert [words for words in ("Bill to", "Gift message", "VAT", "courier") if words in text] == []


def test_what_is_cancelled_goes_nowhere(placed: Order) -> None:
    cancel_order(order_id=placed.pk, note="")
    placed.refresh_from_db()
    for text in both(placed, EmailKind.CANCELLED):
        assert "Bank of Test" not in text
        assert "1 Analytical Row" not in text


def test_a_parcel_is_told_with_its_units_and_the_link_to_track_it(placed: Order) -> None:
    pay(placed)
    line = placed.lines.get()
    swift = Carrier.objects.create(name="Swift", tracking_url="https://swift.example/find?n={number}")
    ship_order(order_id=placed.pk, units={line.pk: 3}, carrier=swift, tracking_number="A&1", note="Please ring twice.")
    ship_order(order_id=placed.pk)
    first, last = placed.shipments.all()
    for text in both(placed, EmailKind.SHIPPED, About(row=first.pk)):
        assert "https://swift.example/find?n=A%261" in text
        assert "With Swift." in text
        assert "Please ring twice." in text
        assert "3 x" in text.replace("\N{MULTIPLICATION SIGN}", "x")
        assert "Total" not in text
    for text in both(placed, EmailKind.SHIPPED, About(row=last.pk)):
        assert "swift.example" not in text
        assert "1 x" in text.replace("\N{MULTIPLICATION SIGN}", "x")


def test_a_part_that_leaves_says_that_the_rest_follows(placed: Order) -> None:
    pay(placed)
    ship_order(order_id=placed.pk, units={placed.lines.get().pk: 1})
    about = About(row=placed.shipments.get().pk)
    for text in both(placed, EmailKind.SHIPPED, about):
        assert "The rest follows in another parcel" in text
    assert "A part of your order" in render_order_email(placed, EmailKind.SHIPPED, about).subject


def test_what_came_back_is_told_with_what_is_owed_for_it(placed: Order) -> None:
    pay(placed)
    line = placed.lines.get()
    return_lines(order_id=placed.pk, units={line.pk: 2}, reason="Rude customer")
    for text in both(placed, EmailKind.RETURNED, About(row=1, units={line.pk: 2}, amount=placed.refunds.get().amount)):
        assert "2 x" in text.replace("\N{MULTIPLICATION SIGN}", "x")
        assert "We send £5.00 back to you" in text
        assert "Rude" not in text


def test_money_that_went_back_is_told_with_the_amount(placed: Order, make_user: Callable[[], User]) -> None:
    pay(placed)
    refund_order(order_id=placed.pk, reason="Lost")
    refund = placed.refunds.get()
    mark_refund_sent(refund_id=refund.pk, actor=make_user(), note="Transfer")
    for text in both(placed, EmailKind.MONEY_SENT, About(row=refund.pk)):
        assert "We have sent £13.95 back to you." in text


@pytest.mark.parametrize("kind", EmailKind)
def test_each_has_a_subject_of_its_own_and_nothing_from_elsewhere(placed: Order, kind: EmailKind) -> None:
    """Pictures and styles of other servers are not shown by many programs, and tell the sender who reads."""
    email = render_order_email(placed, kind)
    others = {render_order_email(placed, other).subject for other in EmailKind if other != kind}
    assert email.subject not in others
    assert placed.number in email.subject
    for outside in ("<img", "<link", "<script", "url(", "@import"):
        assert outside not in email.html
    assert "prefers-color-scheme: dark" in email.html
    assert "{{" not in email.text + email.html
    assert "%(" not in email.subject + email.text


def test_markup_in_an_address_stays_text(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    placed = order(add(guest, variant, 1), delivery, customer=replace(ADA, street="1 <b>Row</b> & Sons"))
    email = render_order_email(placed, EmailKind.PLACED)
    assert "1 <b>Row</b> & Sons" in email.text
    assert "1 &lt;b&gt;Row&lt;/b&gt; &amp; Sons" in email.html
    assert "<b>Row" not in email.html
