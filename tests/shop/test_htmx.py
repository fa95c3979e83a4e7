"""What htmx is answered with: the partial that changed, never a page, and each with keys of its own."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.support.pages import Form, alert, form, forms, locked_by_a_rival, messages, text_of
from tests.support.shopping import add, end_soon, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/goods/?page=1"}


@pytest.fixture
def line(shopper: Owner, variant: ProductVariant) -> CartItem:
    return held(shopper, variant, 2)


def is_partial(response: Any) -> bool:
    return "<html" not in text_of(response)


def units_in_header(response: Any) -> int:
    (found,) = re.findall(r'class="count">(\d+)<', text_of(response))
    return int(found)


def on_card(variant: ProductVariant) -> dict[str, str]:
    return HTMX | {"HX-Target": f"product-{variant.product_id}"}


def remove(client: Client, line: CartItem) -> Any:
    return form(client.get("/cart/"), f"/cart/lines/{line.pk}/remove/").post(client, headers=HTMX)


# --- Adding


def test_an_add_answers_with_its_form_the_header_and_what_happened(
    client: Client, add_form: Form, variant: ProductVariant
) -> None:
    response = add_form.post(client, quantity="2", headers=HTMX)
    assert (response.status_code, is_partial(response), units_in_header(response)) == (200, True, 2)
    assert messages(response) == [f"2 × {variant.product.name} added. £{variant.price} each."]  # noqa: RUF001
    assert 'id="mini-cart" hx-swap-oob="true"' in text_of(response)
    assert 'id="messages" role="status" hx-swap-oob="innerHTML"' in text_of(response)
    again = form(response, "/cart/add/")
    assert again.fields["quantity"] == "1"
    assert again.fields["key"] != add_form.fields["key"]
    again.post(client, headers=HTMX)
    assert stock(variant) == (7, 3)


def test_what_was_said_in_a_part_is_not_said_again(client: Client, add_form: Form) -> None:
    add_form.post(client, headers=HTMX)
    assert messages(client.get("/")) == []


def test_a_refusal_comes_back_beside_the_field_with_its_status(
    client: Client, add_form: Form, variant: ProductVariant
) -> None:
    with nothing_changes():
        response = add_form.post(client, quantity="12", headers=HTMX)
    assert (response.status_code, is_partial(response)) == (409, True)
    assert alert(response) == "Only 10 units available in stock."
    assert 'aria-describedby="quantity-error" autofocus' in text_of(response)
    forms(response, "/cart/add/")[1].post(client, headers=HTMX)
    assert stock(variant) == (0, 10)


def test_the_availability_of_the_page_follows(client: Client, add_form: Form) -> None:
    response = add_form.post(client, quantity="10", headers=HTMX)
    assert 'id="availability" hx-swap-oob="true">The last ones are in your cart<' in text_of(response)


def test_a_card_is_answered_with_itself_and_leads_back_to_its_list(client: Client, variant: ProductVariant) -> None:
    listed = form(client.get("/goods/?page=1"), "/cart/add/")
    response = listed.post(client, headers=on_card(variant))
    assert is_partial(response)
    again = form(response, "/cart/add/")
    assert again.fields["next"] == listed.fields["next"] == f"/goods/?page=1#product-{variant.product_id}"
    assert again.fields["key"] != listed.fields["key"]


def test_a_card_says_what_was_refused_in_a_message(client: Client, variant: ProductVariant, guest: Owner) -> None:
    listed = form(client.get("/"), "/cart/add/")
    ProductVariant.objects.filter(pk=variant.pk).update(stock_quantity=0)
    response = listed.post(client, headers=on_card(variant))
    assert (response.status_code, messages(response)) == (409, [f"{variant.product.name}: Sold out."])
    assert 'class="card sold_out"' in text_of(response)


# --- Lines


def test_a_change_answers_with_the_cart(client: Client, line: CartItem) -> None:
    change = forms(client.get("/cart/"), f"/cart/lines/{line.pk}/")[0]
    response = change.post(client, quantity="5", headers=HTMX)
    assert (response.status_code, is_partial(response), units_in_header(response)) == (200, True, 5)
    assert "<dd>£12.50</dd>" in text_of(response)
    assert forms(response, change.action)[0].fields["key"] != change.fields["key"]


def test_a_refused_change_is_told_at_its_line(client: Client, line: CartItem) -> None:
    change = forms(client.get("/cart/"), f"/cart/lines/{line.pk}/")[0]
    with nothing_changes():
        response = change.post(client, quantity="x", headers=HTMX)
    assert (response.status_code, is_partial(response)) == (400, True)
    assert f'aria-describedby="quantity-{line.pk}-error" autofocus' in text_of(response)


def test_taking_again_and_keeping_answer_with_the_cart(client: Client, line: CartItem) -> None:
    expire(line)
    reclaimed = form(client.get("/cart/"), f"/cart/lines/{line.pk}/retake/").post(client, headers=HTMX)
    assert is_partial(reclaimed)
    end_soon(line)
    kept = form(reclaimed, "/cart/keep/").post(client, headers=HTMX)
    assert is_partial(kept)
    assert messages(kept) == ["1 item is held for longer."]


def test_removing_the_last_line_leads_on(client: Client, line: CartItem) -> None:
    response = remove(client, line)
    assert (is_partial(response), units_in_header(response)) == (True, 0)
    assert "Nothing in it yet." in text_of(response)


def test_a_part_asks_the_cart_no_more_than_its_page(
    client: Client, line: CartItem, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # 1: the lines, with cart, variant and product. 2: the header's cart.
    with django_assert_num_queries(2):
        assert is_partial(client.get("/cart/", headers=HTMX))


@pytest.mark.django_db(transaction=True)
def test_a_busy_shop_leaves_the_form_with_its_key(client: Client, line: CartItem) -> None:
    change = forms(client.get("/cart/"), f"/cart/lines/{line.pk}/")[0]
    with locked_by_a_rival("cart_cart", line.cart_id), nothing_changes():
        response = change.post(client, quantity="5", headers=HTMX)
    assert (response.status_code, response["HX-Reswap"], is_partial(response)) == (503, "none", True)
    assert "Nothing was changed" in text_of(response)
    change.post(client, quantity="5", headers=HTMX)
    assert hold(line) == (5, 5)


# --- Undo


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_undo_takes_the_units_again(
    client: Client, line: CartItem, variant: ProductVariant, headers: dict[str, str]
) -> None:
    removed = form(client.get("/cart/"), f"/cart/lines/{line.pk}/remove/").post(client, headers=headers)
    assert stock(variant) == (10, 0)
    undo = form(removed if headers else client.get("/cart/"), "/cart/undo/")
    response = undo.post(client, headers=headers)
    assert (response.status_code, stock(variant)) == (200 if headers else 303, (8, 2))
    assert messages(response if headers else client.get("/cart/")) == [
        f"2 × {variant.product.name} back in your cart. £2.50 each."  # noqa: RUF001
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_undo_puts_a_line_back_at_its_place(
    client: Client, shopper: Owner, make_variant: MakeVariant, place: int
) -> None:
    variants = [make_variant() for _ in range(3)]
    lines = [held(shopper, variant) for variant in variants]
    undo = form(remove(client, lines[place]), "/cart/undo/")
    undo.post(client)
    page = text_of(client.get("/cart/"))
    assert re.findall(r'class="line-name" href="([^"]*)"', page) == [variant.get_absolute_url() for variant in variants]


@pytest.mark.parametrize("place", ["", "x", "-1", "9" * 17, "9" * 40, "\x00"])
def test_a_place_that_is_none_does_no_harm(client: Client, line: CartItem, variant: ProductVariant, place: str) -> None:
    form(remove(client, line), "/cart/undo/").post(client, place=place)
    assert stock(variant) == (8, 2)
    assert CartItem.objects.get().created_at <= timezone.now()


def test_undo_twice_counts_once(client: Client, line: CartItem, variant: ProductVariant) -> None:
    undo = form(remove(client, line), "/cart/undo/")
    undo.post(client, headers=HTMX)
    undo.post(client, headers=HTMX)
    assert stock(variant) == (8, 2)


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_undo_is_honest_about_what_others_took(
    client: Client, line: CartItem, variant: ProductVariant, guest: Owner, headers: dict[str, str]
) -> None:
    undo = form(remove(client, line), "/cart/undo/")
    add(guest, variant, 9)
    with nothing_changes():
        response = undo.post(client, headers=headers)
    assert response.status_code == 409
    assert messages(response) == ["Not put back: Only 1 unit available in stock."]
    assert "Take 1 instead" in text_of(response)
    form(response, "/cart/undo/").post(client)
    assert stock(variant) == (0, 10)


@pytest.mark.parametrize("changes", [{"variant": "abc"}, {"variant": "0"}])
def test_undo_of_what_is_not_sold(client: Client, shopper: Owner, variant: ProductVariant, changes: Any) -> None:
    with nothing_changes():
        assert client.post("/cart/undo/", {"variant": variant.pk, "quantity": 1} | changes).status_code == 404


def test_nobody_undoes_nothing(variant: ProductVariant) -> None:
    with nothing_changes():
        assert Client().post("/cart/undo/", {"variant": variant.pk, "quantity": 1}).status_code == 404


def test_undo_is_an_add_to_the_limit_too(
    client: Client, line: CartItem, variant: ProductVariant, settings: Settings
) -> None:
    undo = form(remove(client, line), "/cart/undo/")
    settings.SHOP_ADDS_PER_MINUTE = 1
    undo.post(client)
    with nothing_changes():
        assert undo.post(client, key=uuid.uuid4().hex).status_code == 429


# --- What the cart tells


def test_the_clock_starts_with_what_is_left_of_the_first_hold(
    client: Client, shopper: Owner, line: CartItem, make_variant: MakeVariant
) -> None:
    add(shopper, make_variant())
    CartItem.objects.filter(pk=line.pk).update(reserved_until=timezone.now() + timedelta(seconds=300))
    (seconds,) = re.findall(r'data-seconds-left="(\d+)"', text_of(client.get("/cart/")))
    assert 270 <= int(seconds) <= 300


@pytest.mark.parametrize(
    ("used", "told"), [(0, "Up to 3 more times"), (2, "Once more,"), (3, "This cannot be extended again.")]
)
def test_the_extensions_left_are_told(client: Client, line: CartItem, used: int, told: str) -> None:
    CartItem.objects.filter(pk=line.pk).update(hold_extensions=used)
    assert told in text_of(client.get("/cart/"))


@pytest.mark.parametrize("price", ["3.10", "1.05"])
def test_a_price_that_changed_is_shown_and_the_total_is_of_the_lines(
    client: Client, line: CartItem, variant: ProductVariant, price: str
) -> None:
    assert "Price changed" not in text_of(client.get("/cart/"))
    ProductVariant.objects.filter(pk=variant.pk).update(price=price)
    page = text_of(client.get("/cart/"))
    assert f"Price changed since: £2.50 → £{price}. Yours stays until you take more." in page
    assert "<dd>£5.00</dd>" in page
    expire(line)
    assert "Taking it again is at the new one." in text_of(client.get("/cart/"))
