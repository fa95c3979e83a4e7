"""What a shopper may add at checkout: phone, note, the address of the bill, a gift message; and what the page sums."""

import re
from dataclasses import asdict

import pytest
from django.test import Client

from cart.models import CartItem
from orders.models import Checkout, Order
from tests.support.checkout import REVIEW, fill, review_form
from tests.support.ordering import FIRM
from tests.support.pages import form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery")]

BILL = {
    "billing_name": "Charles Babbage",
    "billing_street": "1 Dorset Street",
    "billing_city": "Paris",
    "billing_postcode": "75001",
    "billing_country": "FR",
}
OPEN = re.compile('<details class="more" open>')


def test_all_of_it_is_shown_at_the_review_and_kept_with_the_order(client: Client, line: CartItem) -> None:
    assert fill(client, **asdict(FIRM))["Location"] == REVIEW
    page = text_of(client.get(REVIEW))
    for text in (
        "Ring twice",
        "+44 20 7946 0000",
        "VAT number GB123456789",
        "75001 Paris<br>France",
        "Happy birthday!",
    ):
        assert text in page
    review_form(client).post(client)
    assert Order.objects.get().customer == FIRM


def test_none_of_it_is_needed(client: Client, line: CartItem) -> None:
    fill(client)
    page = text_of(client.get(REVIEW))
    assert "Bill to" not in page
    assert "Gift message" not in page
    assert not OPEN.search(text_of(client.get("/checkout/")))


def test_what_was_filled_in_is_open_when_one_comes_back(client: Client, line: CartItem) -> None:
    fill(client, gift_message="Happy birthday!")
    assert len(OPEN.findall(text_of(client.get("/checkout/")))) == 1
    fill(client, **BILL, gift_message="Happy birthday!")
    assert len(OPEN.findall(text_of(client.get("/checkout/")))) == 2


@pytest.mark.parametrize("missing", ["billing_name", "billing_street", "billing_city", "billing_country"])
def test_an_address_of_the_bill_is_a_whole_one(client: Client, line: CartItem, missing: str) -> None:
    refused = fill(client, **BILL | {missing: ""})
    page = text_of(refused)
    assert refused.status_code == 400
    assert f'id="id_{missing}_error"' in page
    assert OPEN.search(page)
    assert not Checkout.objects.exists()


def test_a_firm_needs_no_name_on_its_bill(client: Client, line: CartItem) -> None:
    assert fill(client, **BILL | {"billing_name": "", "company": "Engines Ltd"})["Location"] == REVIEW
    assert Checkout.objects.get().billing_lines[:2] == ["Engines Ltd", "1 Dorset Street"]


def test_the_postcode_of_the_bill_is_that_of_its_country(client: Client, line: CartItem) -> None:
    refused = fill(client, **BILL | {"billing_postcode": "N1 1AA"})
    assert "Please check the postcode. In this country it looks like 10115." in text_of(refused)
    assert fill(client, **BILL | {"billing_country": "IE", "billing_postcode": ""})["Location"] == REVIEW


def test_a_wrong_postcode_is_told_with_an_example(client: Client, line: CartItem) -> None:
    page = text_of(fill(client, postcode="x"))
    assert "Please check the postcode. In this country it looks like SW1A 1AA." in page
    assert "Please give a postcode. In this country it looks like SW1A 1AA." in text_of(fill(client, postcode=""))


def test_a_vat_number_is_stored_without_marks(client: Client, line: CartItem) -> None:
    fill(client, vat_id="gb 123 4567 89")
    assert Checkout.objects.get().vat_id == "GB123456789"


def test_a_gift_message_keeps_its_lines_and_has_nothing_unseen(client: Client, line: CartItem) -> None:
    fill(client, gift_message=" Happy\t birthday! \r\n\r\nYours ")
    assert Checkout.objects.get().gift_message == "Happy  birthday!\n\nYours"
    for wrong in ("a\u202eb", "x" * 501):
        assert fill(client, gift_message=wrong).status_code == 400
    assert fill(client, gift_message="\r\n".join("x" * 250))["Location"] == REVIEW
    assert Checkout.objects.get().gift_message.count("x") == 250


def test_the_summary_says_what_is_bought_and_what_it_costs_in_all(client: Client, line: CartItem) -> None:
    page = text_of(client.get("/checkout/"))
    aside = page[page.index('<aside class="summary"') :]
    assert f"{line.quantity} × " in aside  # noqa: RUF001
    assert "Delivery (Standard)" in aside
    assert '<div class="sum-total"><dt>Total</dt><dd>£8.95</dd></div>' in aside


def test_the_terms_stand_before_the_button_and_the_sums_under_the_lines(client: Client, line: CartItem) -> None:
    fill(client)
    page = text_of(client.get(REVIEW))
    places = [page.index(part) for part in ('class="lines"', 'class="sums"', "terms</a> apply", "Order and pay £")]
    assert places == sorted(places)
    assert page.count('class="sums"') == page.count("Order and pay £") == 1
    assert form(client.get(REVIEW), REVIEW).fields["cart"] == str(line.cart_id)
