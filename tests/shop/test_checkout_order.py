"""The order itself: what the last page shows is bought, just that, and once."""

import re
import uuid
from decimal import Decimal
from itertools import product
from threading import Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import Settings

from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import release_expired_holds
from inventory.models import ProductVariant
from orders.models import Checkout, DeliveryMethod, Order
from tests.conftest import MakeVariant
from tests.support.checkout import EMPTY, GONE, REVIEW, fill, place, review_form, send
from tests.support.pages import MakeUser, become_guest, database_away, form, locked_by_a_rival, messages, text_of
from tests.support.shopping import add, expire, held, nothing_changes, stock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery")]


def test_a_guest_orders_by_invoice(client: Client, line: CartItem, variant: ProductVariant) -> None:
    assert 'href="/checkout/"' in text_of(client.get("/cart/"))
    response = fill(client)
    assert (response.status_code, response["Location"]) == (303, REVIEW)
    response = review_form(client).post(client)
    assert response.status_code == 303
    placed = Order.objects.get()
    assert (placed.customer.name, placed.total, placed.user) == ("Ada Lovelace", Decimal("8.95"), None)
    assert stock(variant) == (8, 0)
    page = client.get(response["Location"])
    for text in (
        "Thank you for your order",
        f"Order {placed.number}",
        "Your order is placed; a confirmation goes to ada@example.com.",
    ):
        assert text in text_of(page)
    assert not Checkout.objects.exists()


def test_a_customer_finds_it_in_the_account(client: Client, ada: User, variant: ProductVariant) -> None:
    add(Owner(user_id=ada.pk), variant)
    response = place(client)
    placed = Order.objects.get(user=ada)
    assert response["Location"] == f"/account/orders/{placed.number}/"


def test_a_hold_that_ran_out_is_taken_again_by_the_order(
    client: Client, line: CartItem, variant: ProductVariant
) -> None:
    fill(client)
    ordering = review_form(client)
    expire(line)
    release_expired_holds()
    assert ordering.post(client).status_code == 303
    assert stock(variant) == (8, 0)


def refused(response: object) -> str:
    """What the page says above the cart, as one text."""
    (found,) = re.findall(r'<div class="field-error refused".*?</div>', text_of(response), re.DOTALL)  # type: ignore[arg-type]
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


def test_what_changed_is_said_line_by_line_and_can_be_ordered_then(
    client: Client, shopper: Owner, make_variant: MakeVariant
) -> None:
    short, dearer, fine = (make_variant() for _ in range(3))
    lines = [held(shopper, each, 6) for each in (short, dearer)]
    add(shopper, fine)
    fill(client)
    ordering = review_form(client)
    expire(*lines)
    release_expired_holds()
    add(Owner(guest_token=uuid.uuid4()), short, 5)
    ProductVariant.objects.filter(pk=dearer.pk).update(price="3.00")
    with nothing_changes():
        response = ordering.post(client)
    assert response.status_code == 409
    told = refused(response)
    assert told.startswith("Your cart has changed since you looked at it. Nothing was ordered")
    assert f"{short.product.name} : Only 5 units available in stock." in told
    assert f"{dearer.product.name} : Its price has changed since you added it." in told
    assert fine.product.name not in told
    # The shopper takes what there is and orders that.
    form(response, f"/cart/lines/{lines[1].pk}/retake/").post(client)
    client.post(f"/cart/lines/{lines[0].pk}/remove/")
    assert review_form(client).post(client).status_code == 303
    assert Order.objects.get().goods_total == Decimal("20.50")


def test_what_is_no_longer_sold_is_to_be_removed(client: Client, line: CartItem) -> None:
    fill(client)
    ordering = review_form(client)
    expire(line)
    ProductVariant.objects.update(is_active=False)
    with nothing_changes():
        response = ordering.post(client)
    assert response.status_code == 409
    assert "This item is no longer sold. Please remove it." in refused(response)
    assert f'href="/cart/#line-{line.pk}"' in text_of(response)


def test_a_cart_that_was_emptied_in_another_tab_leads_back_to_it(client: Client, line: CartItem) -> None:
    fill(client)
    ordering = review_form(client)
    client.post(f"/cart/lines/{line.pk}/remove/")
    client.get("/cart/")
    response = ordering.post(client)
    assert (response.status_code, response["Location"]) == (303, "/cart/")
    assert messages(client.get("/cart/")) == [EMPTY]


def test_a_delivery_method_that_went_meanwhile_is_chosen_anew(client: Client, line: CartItem) -> None:
    fill(client)
    ordering = review_form(client)
    DeliveryMethod.objects.update(is_active=False)
    with nothing_changes():
        response = ordering.post(client)
    assert (response.status_code, response["Location"]) == (303, "/checkout/")
    assert messages(client.get("/checkout/")) == [GONE]


def test_a_cart_that_changed_in_another_tab_is_shown_anew(client: Client, shopper: Owner, line: CartItem) -> None:
    fill(client)
    ordering = review_form(client)
    add(shopper, line.product_variant)
    with nothing_changes():
        response = ordering.post(client)
    assert response.status_code == 409
    assert "Order and pay £11.45" in text_of(response)
    assert form(response, REVIEW).post(client).status_code == 303
    assert Order.objects.get().total == Decimal("11.45")


def test_another_price_of_delivery_is_shown_first(client: Client, line: CartItem) -> None:
    fill(client)
    ordering = review_form(client)
    DeliveryMethod.objects.update(price="4.95")
    with nothing_changes():
        response = ordering.post(client)
    assert response.status_code == 409
    assert "The total has changed" in messages(response)[0]
    assert form(response, REVIEW).post(client).status_code == 303
    assert Order.objects.get().total == Decimal("9.95")


def test_an_address_that_was_changed_in_another_tab_is_shown_first(client: Client, line: CartItem) -> None:
    fill(client)
    ordering = review_form(client)
    fill(client, street="2 Other Row")
    with nothing_changes():
        response = ordering.post(client)
    assert response.status_code == 409
    assert "2 Other Row" in text_of(response)
    assert form(response, REVIEW).post(client).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *product(["cart", "version", "total", "details", "key"], ["", "x" * 100, "\x00"]),
        *product(["cart", "version", "total", "details"], ["-1", "9" * 30]),
    ],
)
def test_a_form_that_is_not_ours_buys_nothing(client: Client, line: CartItem, field: str, value: str) -> None:
    fill(client)
    ordering = review_form(client)
    with nothing_changes():
        response = send(client, ordering, **{field: value})
    assert response.status_code in {303, 400, 409}
    assert not Order.objects.exists()


@pytest.mark.parametrize("provider", ["", "cash"])
def test_a_way_to_pay_that_is_not_offered(client: Client, line: CartItem, provider: str) -> None:
    fill(client)
    with nothing_changes():
        response = review_form(client).post(client, provider=provider)
    assert response.status_code == 400
    assert 'id="id_provider_error"' in text_of(response)


def test_a_key_of_another_order_buys_nothing(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    add(shopper, variant)
    fill(client)
    first = review_form(client)
    first.post(client)
    add(shopper, variant)
    fill(client)
    second = review_form(client)
    response = second.post(client, key=first.fields["key"])
    assert (response.status_code, Order.objects.count()) == (422, 1)
    assert form(response, REVIEW).post(client).status_code == 303


def test_every_further_submit_leads_to_the_one_order(client: Client, line: CartItem) -> None:
    """A second click has the same key; another tab, or the page that the back button shows, has its own."""
    fill(client)
    first, other_tab = review_form(client), review_form(client)
    assert first.fields["key"] != other_tab.fields["key"]
    pages = [client.get(each.post(client)["Location"]) for each in (first, first, other_tab)]
    number = Order.objects.get().number
    for text in (f"Order {number}", "Thank you for your order", "a confirmation goes to ada@example.com"):
        assert all(text in text_of(page) for page in pages)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_order(client: Client, line: CartItem, variant: ProductVariant) -> None:
    fill(client)
    ordering = review_form(client)
    browsers = [Client() for _ in range(4)]
    answers: list[str] = []
    for browser in browsers:
        browser.cookies = client.cookies
    clicks = [Thread(target=lambda browser=browser: answers.append(click(ordering, browser))) for browser in browsers]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert len(answers) == 4
    assert {bool(re.match("/orders/", answer)) for answer in answers} == {True}
    assert Order.objects.count() == 1
    assert stock(variant) == (8, 0)


def click(ordering: object, browser: Client) -> str:
    try:
        return str(ordering.post(browser)["Location"])  # type: ignore[attr-defined]
    finally:
        connection.close()


def test_a_cart_that_was_closed_otherwise_leads_to_the_cart_of_now(
    client: Client, line: CartItem, make_user: MakeUser
) -> None:
    fill(client)
    ordering = review_form(client)
    Cart.objects.update(status="abandoned")
    response = ordering.post(client)
    assert response["Location"] == "/cart/"
    assert messages(client.get("/cart/")) == [
        "That page was of another cart, or of one that is closed. Nothing was ordered; this is your cart now."
    ]


def test_the_cart_of_somebody_else_is_never_bought(client: Client, line: CartItem, variant: ProductVariant) -> None:
    stranger = Client()
    add(become_guest(stranger), variant)
    fill(stranger)
    fill(client)
    theirs = review_form(stranger)
    with nothing_changes():
        response = theirs.post(client)
    assert response["Location"] == "/cart/"
    theirs.post(stranger)
    # Nor does its form lead anybody else to its order.
    assert theirs.post(client)["Location"] == "/cart/"
    assert Client().post(REVIEW, theirs.fields)["Location"] == "/cart/"


@pytest.mark.django_db(transaction=True)
def test_busy_offers_the_same_form_again(client: Client, line: CartItem, variant: ProductVariant) -> None:
    fill(client)
    ordering = review_form(client)
    with locked_by_a_rival("cart_cart", line.cart_id):
        response = ordering.post(client)
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    again = form(response, REVIEW)
    assert {name: again.fields[name] for name in ordering.fields if name in again.fields} == ordering.fields | {
        "csrfmiddlewaretoken": again.fields["csrfmiddlewaretoken"]
    }
    assert again.post(client).status_code == 303
    assert stock(variant) == (8, 0)


@pytest.mark.django_db(transaction=True)
def test_without_the_database_the_order_can_be_sent_again(client: Client, line: CartItem) -> None:
    fill(client)
    ordering = review_form(client)
    with database_away():
        response = ordering.post(client)
    assert response.status_code == 503
    assert [form(response, REVIEW).post(client).status_code for _ in range(2)] == [303, 303]
    assert Order.objects.count() == 1


def test_nobody_empties_the_shelves_by_orders(
    client: Client, shopper: Owner, line: CartItem, variant: ProductVariant, settings: Settings
) -> None:
    settings.SHOP_ORDERS_PER_HOUR = 1
    place(client)
    add(shopper, variant)
    fill(client)
    answer = review_form(client).post(client, provider="invoice")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "send this again in" in answer.content.decode()
    assert Order.objects.count() == 1


def test_a_form_that_is_sent_again_is_no_further_order(client: Client, line: CartItem, settings: Settings) -> None:
    settings.SHOP_ORDERS_PER_HOUR = 1
    fill(client)
    ordering = review_form(client)
    for _ in range(2):
        assert ordering.post(client, provider="invoice").status_code == 303
