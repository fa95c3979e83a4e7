"""Changing the lines of the cart over HTTP."""

import uuid
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import Settings

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from shop.wording import clock_time
from tests.conftest import MakeVariant
from tests.shop.test_adding import NOT_A_QUANTITY
from tests.shop.test_htmx import HTMX
from tests.support.pages import Form, alert, form, forms, locked_by_a_rival, messages, text_of
from tests.support.shopping import add, end_soon, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(shopper: Owner, variant: ProductVariant) -> CartItem:
    """The shopper's line of two units."""
    return held(shopper, variant, 2)


@pytest.fixture
def other() -> Owner:
    return Owner(guest_token=uuid.uuid4())


def quantity_form(client: Client, line: CartItem) -> Form:
    return forms(client.get("/cart/"), f"/cart/lines/{line.pk}/")[0]


# --- Quantity


@pytest.mark.parametrize("quantity", [1, 2, 10])
def test_the_quantity_is_the_one_that_is_set(
    client: Client, line: CartItem, variant: ProductVariant, quantity: int
) -> None:
    response = quantity_form(client, line).post(client, quantity=str(quantity))
    assert (response.status_code, response["Location"]) == (303, "/cart/")
    assert hold(line) == (quantity, quantity)
    assert stock(variant) == (10 - quantity, quantity)


def test_setting_takes_the_units_of_a_run_out_line_again(client: Client, line: CartItem) -> None:
    expire(line)
    quantity_form(client, line).post(client, quantity="3")
    assert hold(line) == (3, 3)


@pytest.mark.parametrize("quantity", [typed for typed in NOT_A_QUANTITY if typed != "0"])
def test_not_a_quantity(client: Client, line: CartItem, quantity: str) -> None:
    page_form = quantity_form(client, line)
    with nothing_changes():
        response = page_form.post(client, quantity=quantity)
    assert response.status_code == 400
    assert alert(response).startswith("Please enter a whole number of units, 1 or more.")
    assert f'aria-invalid="true" aria-describedby="quantity-{line.pk}-error"' in text_of(response)
    if quantity.strip():
        assert form(response, page_form.action).fields["quantity"] == quantity


@pytest.mark.parametrize("headers", [HTMX, {}])
@pytest.mark.parametrize("typed", ["0", " 0 ", "000"])
@pytest.mark.parametrize("has_run_out", [False, True])
def test_nought_removes_and_can_be_undone(
    client: Client, line: CartItem, variant: ProductVariant, typed: str, headers: dict[str, str], has_run_out: bool
) -> None:
    if has_run_out:
        expire(line)
    response = quantity_form(client, line).post(client, quantity=typed, headers=headers)
    assert response.status_code == (200 if headers else 303)
    shown = response if headers else client.get("/cart/")
    assert messages(shown) == [f"{variant.product.name} removed."]
    assert stock(variant) == (10, 0)
    form(shown, "/cart/undo/").post(client)
    assert stock(variant) == (8, 2)


def test_nought_for_a_line_that_is_gone_is_no_error(client: Client, line: CartItem, variant: ProductVariant) -> None:
    change = quantity_form(client, line)
    answers = [change.post(client, quantity="0", key=key) for key in ("a", "a", "b")]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, "/cart/")] * 3
    assert stock(variant) == (10, 0)


def test_more_than_is_free_offers_all_there_is(
    client: Client, line: CartItem, variant: ProductVariant, other: Owner
) -> None:
    add(other, variant, 5)
    page_form = quantity_form(client, line)
    with nothing_changes():
        response = page_form.post(client, quantity="9")
    assert response.status_code == 409
    assert alert(response) == "Only 3 units available in stock. With the 2 in your cart that makes 5."
    asked, instead = forms(response, page_form.action)
    assert asked.fields["quantity"] == "9"
    assert instead.post(client).status_code == 303
    assert hold(line) == (5, 5)


def test_the_last_ones_are_in_the_cart(client: Client, line: CartItem, variant: ProductVariant) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(stock_quantity=0)
    response = quantity_form(client, line).post(client, quantity="3")
    assert (response.status_code, alert(response)) == (409, "Sold out: the 2 in your cart are the last ones.")


def test_the_others_are_in_other_carts(client: Client, line: CartItem, variant: ProductVariant, other: Owner) -> None:
    add(other, variant, 8)
    response = quantity_form(client, line).post(client, quantity="3")
    assert response.status_code == 409
    assert alert(response).startswith("All of them are in other carts; the first one may be free again at ")


def test_too_many(client: Client, line: CartItem, settings: Settings) -> None:
    settings.SHOP_MAX_UNITS_PER_LINE = 5
    page_form = quantity_form(client, line)
    with nothing_changes():
        assert page_form.post(client, quantity="6").status_code == 409


def test_the_error_stands_at_its_own_line(client: Client, line: CartItem, make_variant: MakeVariant) -> None:
    second = held(Owner(guest_token=line.cart.guest_token), make_variant(), 4)
    response = quantity_form(client, second).post(client, quantity="x")
    page = text_of(response)
    assert (f'id="quantity-{second.pk}-error"' in page, f'id="quantity-{line.pk}-error"' in page) == (True, False)
    assert form(response, f"/cart/lines/{line.pk}/").fields["quantity"] == "2"


def test_a_repeated_request_is_not_done_again(client: Client, line: CartItem) -> None:
    stale = quantity_form(client, line)
    stale.post(client, quantity="5")
    quantity_form(client, line).post(client, quantity="3")
    assert stale.post(client, quantity="5").status_code == 303
    assert hold(line) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_a_locked_cart_is_a_busy_shop(client: Client, line: CartItem) -> None:
    page_form = quantity_form(client, line)
    with locked_by_a_rival("cart_cart", line.cart_id), nothing_changes():
        response = page_form.post(client, quantity="5")
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    form(response, page_form.action).post(client)
    assert hold(line) == (5, 5)


# --- Remove


def test_removing_gives_the_units_back_and_says_so(client: Client, line: CartItem, variant: ProductVariant) -> None:
    response = form(client.get("/cart/"), f"/cart/lines/{line.pk}/remove/").post(client)
    assert (response.status_code, response["Location"]) == (303, "/cart/")
    assert stock(variant) == (10, 0)
    assert messages(client.get("/cart/")) == [f"{variant.product.name} removed."]


def test_removing_twice_is_no_error(client: Client, line: CartItem, variant: ProductVariant) -> None:
    remove = form(client.get("/cart/"), f"/cart/lines/{line.pk}/remove/")
    answers = [remove.post(client) for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, "/cart/")] * 2
    assert stock(variant) == (10, 0)


# --- Take again


def test_a_run_out_line_is_taken_again(client: Client, line: CartItem) -> None:
    expire(line)
    response = form(client.get("/cart/"), f"/cart/lines/{line.pk}/retake/").post(client)
    assert (response.status_code, response["Location"]) == (303, "/cart/")
    assert hold(line) == (2, 2)
    assert forms(client.get("/cart/"), f"/cart/lines/{line.pk}/retake/") == []


def test_what_went_to_others_is_not_taken_again(
    client: Client, line: CartItem, variant: ProductVariant, other: Owner
) -> None:
    expire(line)
    add(other, variant, 9)
    reclaim = form(client.get("/cart/"), f"/cart/lines/{line.pk}/retake/")
    with nothing_changes():
        response = reclaim.post(client)
    assert (response.status_code, alert(response)) == (409, "Only 1 unit available in stock.")
    forms(response, f"/cart/lines/{line.pk}/")[1].post(client)
    assert hold(line) == (1, 1)


@pytest.mark.parametrize("action", ["", "retake/"])
def test_what_is_no_longer_sold_is_not_taken_again(
    client: Client, line: CartItem, variant: ProductVariant, action: str
) -> None:
    expire(line)
    ProductVariant.objects.filter(pk=variant.pk).update(is_active=False)
    with nothing_changes():
        response = client.post(f"/cart/lines/{line.pk}/{action}", {"quantity": "2"})
    assert response.status_code == 404
    assert alert(response) == "This item is no longer sold. Please remove it."


# --- Keep


def test_keeping_too_early_uses_nothing_up(client: Client, shopper: Owner, line: CartItem) -> None:
    assert line.reserved_until
    time = clock_time(line.reserved_until - shopper.hold_life / 2)
    page = client.get("/cart/")
    assert f"From {time} on. Up to 3 more times" in text_of(page)
    with nothing_changes():
        response = form(page, "/cart/keep/").post(client)
    assert (response.status_code, response["Location"]) == (303, "/cart/")
    assert messages(client.get("/cart/")) == [
        f"Nothing was used up: you can extend from {time} on, and then for the whole time again."
    ]
    end_soon(line)
    assert "From " not in text_of(client.get("/cart/"))


def test_keeping_is_counted_once_a_form(client: Client, line: CartItem) -> None:
    end_soon(line)
    keep = form(client.get("/cart/"), "/cart/keep/")
    answers = [keep.post(client) for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, "/cart/")] * 2
    line.refresh_from_db()
    assert line.hold_extensions == 1
    assert messages(client.get("/cart/"))[0] == "1 item is held for longer."


def test_keeping_with_a_used_key_is_refused(client: Client, line: CartItem, add_form: Form) -> None:
    add_form.post(client)
    with nothing_changes():
        response = client.post("/cart/keep/", {"key": add_form.fields["key"]})
    assert response.status_code == 422
    assert messages(response)[-1:] == ["This form was already used for something else. Please try again."]


# --- Whose line


@pytest.mark.parametrize("action", ["", "remove/", "retake/"])
@pytest.mark.parametrize("quantity", ["0", "1", "abc"])
def test_a_strangers_line_is_not_found(
    client: Client, shopper: Owner, variant: ProductVariant, other: Owner, action: str, quantity: str
) -> None:
    add(shopper, variant)
    theirs = held(other, variant)
    with nothing_changes():
        response = client.post(f"/cart/lines/{theirs.pk}/{action}", {"quantity": quantity})
    assert response.status_code == 404


@pytest.mark.parametrize("action", ["", "remove/", "retake/"])
def test_nobody_has_no_line(variant: ProductVariant, other: Owner, action: str) -> None:
    theirs = held(other, variant)
    with nothing_changes():
        assert Client().post(f"/cart/lines/{theirs.pk}/{action}", {"quantity": "1"}).status_code == 404


def test_nobody_keeps_nothing() -> None:
    response = Client().post("/cart/keep/")
    assert (response.status_code, response["Location"]) == (303, "/cart/")


@pytest.mark.parametrize("line_id", ["0", "-1", "x", str(2**31), str(2**63), "9" * 99])
@pytest.mark.parametrize("action", ["", "retake/"])
def test_no_such_line(client: Client, line: CartItem, line_id: str, action: str) -> None:
    assert client.post(f"/cart/lines/{line_id}/{action}", {"quantity": "1"}).status_code == 404


@pytest.mark.parametrize("line_id", ["0", str(2**31), str(2**63), "9" * 99])
def test_what_never_was_is_as_good_as_removed(client: Client, line: CartItem, line_id: str) -> None:
    assert client.post(f"/cart/lines/{line_id}/remove/").status_code == 303


# --- A price that has changed is said in the answer


def set_price(variant: ProductVariant, price: str) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(price=Decimal(price))


def test_more_units_at_another_price_say_so(client: Client, line: CartItem, variant: ProductVariant) -> None:
    change = form(client.get("/cart/"), f"/cart/lines/{line.pk}/")
    set_price(variant, "9.00")
    change.post(client, quantity="3")
    assert messages(client.get("/cart/")) == [
        f"{variant.product.name} now costs £9.00 each, for all in your cart; it was £2.50."
    ]


def test_units_taken_again_at_another_price_say_so(client: Client, line: CartItem, variant: ProductVariant) -> None:
    expire(line)
    again = form(client.get("/cart/"), f"/cart/lines/{line.pk}/retake/")
    set_price(variant, "1.00")
    assert "now costs £1.00 each" in messages(again.post(client, headers=HTMX))[0]


def test_fewer_units_keep_their_price_and_say_nothing(client: Client, line: CartItem, variant: ProductVariant) -> None:
    change = form(client.get("/cart/"), f"/cart/lines/{line.pk}/")
    set_price(variant, "9.00")
    change.post(client, quantity="1")
    assert messages(client.get("/cart/")) == []
    line.refresh_from_db()
    assert line.price == Decimal("2.50")
