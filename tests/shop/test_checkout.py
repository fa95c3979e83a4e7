"""Checkout over HTTP, as a browser without JavaScript does it: address, review, order."""

import re
import uuid
from decimal import Decimal
from itertools import product
from threading import Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import release_run_out_holds
from inventory.models import ProductVariant
from orders.models import Checkout, DeliveryMethod, Order
from tests.conftest import AtTheSeam, MakeVariant
from tests.ordering import ADA, order
from tests.shop.ordering import ADDRESS, REVIEW, fill, place, review_form, send
from tests.shop.pages import MakeUser, database_away, form, forms, guest_of, locked_by_a_rival, messages, text_of
from tests.shopping import add, held, nothing_changes, run_out, stock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery")]

GONE = "That way of delivery is not offered any more. Please choose another one."


@pytest.fixture
def line(shopper: Owner, variant: ProductVariant) -> CartItem:
    """The shopper's line of two units, 5.00 in all."""
    return held(shopper, variant, 2)


@pytest.fixture
def ada(client: Client, make_user: MakeUser) -> User:
    """A customer, logged in."""
    user = make_user("ada")
    client.force_login(user)
    return user


# --- The whole way


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
    assert messages(page) == ["Thank you. Your order is placed; a confirmation goes to ada@example.com."]
    assert f"Order {placed.number}" in text_of(page)
    assert not Checkout.objects.exists()


def test_a_customer_finds_it_in_the_account(client: Client, ada: User, variant: ProductVariant) -> None:
    add(Owner(user_id=ada.pk), variant)
    response = place(client)
    placed = Order.objects.get(user=ada)
    assert response["Location"] == f"/account/orders/{placed.number}/"


# --- Address


def test_nothing_in_the_cart_leads_back_to_it(client: Client) -> None:
    for address in ("/checkout/", REVIEW):
        response = client.get(address, follow=True)
        assert response.redirect_chain == [("/cart/", 303)]
        assert messages(response) == ["There is nothing in your cart to order. Put something into it first."]


def test_without_an_address_the_review_leads_to_it(client: Client, line: CartItem) -> None:
    response = client.get(REVIEW, follow=True)
    assert response.redirect_chain == [("/checkout/", 303)]
    assert messages(response) == ["Please tell us first where your order shall go, and how."]


def test_a_delivery_method_that_is_gone_is_chosen_anew(
    client: Client, line: CartItem, delivery: DeliveryMethod
) -> None:
    fill(client)
    for take_off in (lambda: DeliveryMethod.objects.update(is_active=False), delivery.delete):
        take_off()
        response = client.get(REVIEW, follow=True)
        assert response.redirect_chain == [("/checkout/", 303)]
        assert messages(response) == [GONE]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_delivery_method_that_goes_as_it_is_chosen_is_told_with_what_is_left(
    client: Client, line: CartItem, delivery: DeliveryMethod, at_the_seam: AtTheSeam, is_deleted: bool
) -> None:
    left = DeliveryMethod.objects.create(name="Bicycle", price=2, place=200)

    def take_off() -> None:
        chosen = DeliveryMethod.objects.filter(pk=delivery.pk)
        chosen.delete() if is_deleted else chosen.update(is_active=False)

    at_the_seam("orders.services.beginning.share_delivery_method", take_off)
    response = fill(client, delivery_method=str(delivery.pk))
    assert response.status_code == 409
    page = text_of(response)
    assert GONE in page
    assert re.findall(r'name="delivery_method" value="(\d+)"', page) == [str(left.pk)]
    again = form(response, "/checkout/")
    assert again.fields["street"] == ADDRESS["street"]
    assert again.post(client, delivery_method=str(left.pk))["Location"] == REVIEW


@pytest.mark.parametrize(
    "wrong",
    [{"email": "nonsense"}, {"name": " "}, {"postcode": "1" * 17}, {"city": "a\x00b"}, {"delivery_method": "999"}],
)
def test_what_is_wrong_is_said_at_its_field(client: Client, line: CartItem, wrong: dict[str, str]) -> None:
    (field,) = wrong
    response = fill(client, **wrong)
    page = text_of(response)
    assert response.status_code == 400
    assert not Checkout.objects.exists()
    assert f'class="field-error" id="id_{field}_error"' in page
    assert len(re.findall("autofocus", page)) == 1
    if field != "delivery_method":
        (own,) = re.findall(rf'<input [^>]*name="{field}"[^>]*>', page)
        assert "autofocus" in own
        assert 'aria-invalid="true"' in own
        assert 'value="1 Analytical Row"' in page


def test_browsers_know_what_to_fill_in(client: Client, line: CartItem) -> None:
    page = text_of(client.get("/checkout/"))
    tokens = ["email", "name", "address-line1", "address-line2", "address-level2", "postal-code", "country-name"]
    assert re.findall(r'name="[a-z_0-9]+"[^>]*autocomplete="([a-z0-9-]+)"', page)[-len(tokens) :] == tokens


def test_a_delivery_method_says_what_it_costs(client: Client, shopper: Owner, make_variant: MakeVariant) -> None:
    add(shopper, make_variant(price="40.00"))
    assert "£3.95" in text_of(client.get("/checkout/"))
    assert "free from £50.00" in text_of(client.get("/checkout/"))
    add(shopper, make_variant(price="10.00"))
    assert '<span class="choice-price">Free</span>' in text_of(client.get("/checkout/"))


def test_what_was_filled_in_is_there_when_one_comes_back(client: Client, line: CartItem) -> None:
    fill(client, name="Grace Hopper")
    assert form(client.get("/checkout/"), "/checkout/").fields["name"] == "Grace Hopper"


def test_the_last_address_is_known_to_who_logged_in(client: Client, ada: User, variant: ProductVariant) -> None:
    User.objects.update(first_name="Ada", last_name="Lovelace")
    cart = add(Owner(user_id=ada.pk), variant)
    fields = form(client.get("/checkout/"), "/checkout/").fields
    assert (fields["email"], fields["name"], fields["street"]) == ("ada@example.com", "Ada Lovelace", "")
    order(cart, DeliveryMethod.objects.get())
    add(Owner(user_id=ada.pk), variant)
    assert form(client.get("/checkout/"), "/checkout/").fields["street"] == ADA.street


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_stays_while_the_shop_is_busy(client: Client, line: CartItem) -> None:
    address = form(client.get("/checkout/"), "/checkout/")
    with locked_by_a_rival("cart_cart", line.cart_id):
        response = send(client, address, **ADDRESS)
    assert response.status_code == 503
    assert "The shop is busy" in text_of(response)
    again = form(response, "/checkout/")
    assert again.fields["street"] == ADDRESS["street"]
    assert again.post(client)["Location"] == REVIEW


# --- The last look


def test_the_review_shows_all_that_is_bought(client: Client, line: CartItem, variant: ProductVariant) -> None:
    fill(client)
    page = text_of(client.get(REVIEW))
    for text in (variant.product.name, "£2.50 each", "£5.00", "£3.95", "£8.95", "£1.49", "Tax included (20 %)"):
        assert text in page
    for text in ("Ada Lovelace", "N1 1AA London", "ada@example.com", "Standard", "Held for you until"):
        assert text in page
    assert "Order and pay £8.95" in page


def test_keeping_the_items_leads_back_to_the_review(client: Client, line: CartItem) -> None:
    fill(client)
    response = form(client.get(REVIEW), "/cart/keep/").post(client)
    assert (response.status_code, response["Location"]) == (303, REVIEW)
    line.refresh_from_db()
    assert line.hold_extensions == 1


def test_a_line_that_ran_out_is_taken_again_on_the_review(client: Client, line: CartItem) -> None:
    fill(client)
    run_out(line)
    page = client.get(REVIEW)
    assert "No longer held for you" in text_of(page)
    response = form(page, f"/cart/lines/{line.pk}/retake/").post(client)
    assert response["Location"] == REVIEW
    assert "No longer held for you" not in text_of(client.get(REVIEW))


def test_a_price_that_changed_is_shown(client: Client, line: CartItem) -> None:
    fill(client)
    ProductVariant.objects.update(price="3.00")
    page = text_of(client.get(REVIEW))
    assert "Price changed since: £2.50 → £3.00. Yours stays as it was." in page
    assert "Order and pay £8.95" in page


def test_a_hold_that_ran_out_is_taken_again_by_the_order(
    client: Client, line: CartItem, variant: ProductVariant
) -> None:
    fill(client)
    ordering = review_form(client)
    run_out(line)
    release_run_out_holds()
    assert ordering.post(client).status_code == 303
    assert stock(variant) == (8, 0)


# --- Refusals


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
    run_out(*lines)
    release_run_out_holds()
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
    run_out(line)
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
    assert messages(client.get("/cart/")) == ["There is nothing in your cart to order. Put something into it first."]


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


# --- Once


def test_every_further_submit_leads_to_the_one_order(client: Client, line: CartItem) -> None:
    """A second click has the same key; another tab, or the page that the back button shows, has its own."""
    fill(client)
    first, other_tab = review_form(client), review_form(client)
    assert first.fields["key"] != other_tab.fields["key"]
    pages = [client.get(each.post(client)["Location"]) for each in (first, first, other_tab)]
    number = Order.objects.get().number
    assert all(f"Order {number}" in text_of(page) for page in pages)
    assert [len(messages(page)) for page in pages] == [1, 0, 0]


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
        "That page was of a cart that is closed. Nothing was ordered; this is your cart now."
    ]


def test_the_cart_of_somebody_else_is_never_bought(client: Client, line: CartItem, variant: ProductVariant) -> None:
    stranger = Client()
    stranger.get("/")
    add(guest_of(stranger), variant)
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


# --- All of it


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


def test_no_page_is_kept(client: Client, line: CartItem) -> None:
    fill(client)
    for address in ("/checkout/", REVIEW):
        assert "no-store" in client.get(address)["Cache-Control"]


# Address, logged in: session, user, cart with lines, what was filled in, last order, delivery methods, small cart.
# Review, logged in: session, user, cart with lines, what was filled in with its delivery method, small cart.
@pytest.mark.parametrize(("address", "most"), [("/checkout/", 7), (REVIEW, 5)])
def test_statements(
    client: Client,
    ada: User,
    make_variant: MakeVariant,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    most: int,
) -> None:
    for _ in range(3):
        add(Owner(user_id=ada.pk), make_variant())
    if address == REVIEW:
        fill(client)
    with django_assert_num_queries(most):
        assert client.get(address).status_code == 200


def test_the_part_of_the_review_that_changes(client: Client, line: CartItem) -> None:
    """When the clock has run down, scripts ask for the part alone."""
    fill(client)
    run_out(line)
    response = client.get(REVIEW, headers={"HX-Request": "true"})
    assert "<html" not in text_of(response)
    assert forms(response, f"/cart/lines/{line.pk}/retake/")
    assert forms(response, REVIEW)
