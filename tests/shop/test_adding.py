"""Add to cart over HTTP: what it answers, and that a refusal changes nothing."""

import json
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from cart.models import CartItem
from cart.owners import Owner
from cart.services import merge_guest_cart
from inventory.models import ProductVariant
from shop.accounts.shoppers import GUEST_COOKIE
from shop.wording import clock_time
from tests.conftest import MakeVariant
from tests.support.pages import Form, MakeUser, alert, form, forms, guest_of, locked_by_a_rival, messages, text_of
from tests.support.shopping import add, held, nothing_changes, stock

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


def test_an_add_holds_the_units_and_says_so(client: Client, add_form: Form, variant: ProductVariant) -> None:
    response = add_form.post(client, quantity="2")
    assert (response.status_code, response["Location"]) == (303, variant.product.get_absolute_url())
    assert stock(variant) == (8, 2)
    page = client.get(response["Location"])
    assert messages(page) == [f"2 × {variant.product.name} added. £{variant.price} each."]  # noqa: RUF001
    assert 'href="/cart/">View cart</a>' in text_of(page)


def test_an_add_from_a_page_of_before_says_what_it_costs_now(
    client: Client, add_form: Form, variant: ProductVariant
) -> None:
    """The first unit was shown at another price too; nobody is told anything but what they will pay."""
    ProductVariant.objects.update(price=Decimal("9.00"))
    add_form.post(client)
    assert messages(client.get("/cart/")) == [f"1 × {variant.product.name} added. £9.00 each."]  # noqa: RUF001
    ProductVariant.objects.update(price=Decimal("3.00"))
    response = form(client.get(variant.product.get_absolute_url()), "/cart/add/").post(client, headers=JSON)
    assert response.json()["price"] == "3.00"
    assert response.json()["message"] == (
        f"1 × {variant.product.name} added. "  # noqa: RUF001
        f"{variant.product.name} now costs £3.00 each, for all in your cart; it was £9.00."
    )


def test_a_user_adds_to_their_own_cart(client: Client, make_user: MakeUser, variant: ProductVariant) -> None:
    user = make_user()
    client.force_login(user)
    form(client.get(variant.product.get_absolute_url()), "/cart/add/").post(client)
    assert CartItem.objects.get().cart.user_id == user.pk


def test_a_first_request_that_is_a_post_makes_a_guest(client: Client, variant: ProductVariant) -> None:
    assert client.post("/cart/add/", {"variant": variant.pk, "quantity": 1}).status_code == 303
    assert CartItem.objects.get().cart.guest_token == guest_of(client).guest_token


@pytest.mark.parametrize(
    ("address", "followed"),
    [
        ("/goods/?page=2", True),
        ("http://testserver/?page=2", True),
        ("https://evil.example/", False),
        ("//evil.example/", False),
        ("/\\evil.example/", False),
        ("javascript:alert(1)", False),
        ("\x00", False),
        ("", False),
    ],
)
def test_next_leads_to_this_site_only(
    client: Client, add_form: Form, variant: ProductVariant, address: str, followed: bool
) -> None:
    response = add_form.post(client, next=address)
    assert response["Location"] == (address if followed else variant.product.get_absolute_url())


def test_next_cannot_split_the_header(client: Client, add_form: Form) -> None:
    response = add_form.post(client, next="/goods/?a\r\nSet-Cookie: x=1")
    assert response.status_code == 303
    assert "x" not in response.cookies


# --- The same request twice


def test_a_repeat_adds_nothing_and_answers_the_same(client: Client, add_form: Form, variant: ProductVariant) -> None:
    first, second = add_form.post(client, next="/"), add_form.post(client, next="/")
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (303, "/")
    assert stock(variant) == (9, 1)
    told = messages(client.get("/"))
    assert told[-1] == f"1 × {variant.product.name} already in your cart. Add again?"  # noqa: RUF001


def test_the_next_page_has_a_new_key_so_a_second_click_counts(
    client: Client, add_form: Form, variant: ProductVariant
) -> None:
    page = client.get(add_form.post(client)["Location"])
    form(page, "/cart/add/").post(client)
    assert stock(variant) == (8, 2)


def test_a_key_used_for_something_else_is_refused(client: Client, add_form: Form, variant: ProductVariant) -> None:
    add_form.post(client)
    with nothing_changes():
        response = add_form.post(client, quantity="3")
    assert response.status_code == 422
    again = form(response, "/cart/add/")
    assert again.fields["quantity"] == "3"
    assert again.post(client).status_code == 303
    assert stock(variant) == (6, 4)


@pytest.mark.parametrize("header", ['"one-key"', "one-key", ' "one-key" '])
def test_the_header_is_the_key(client: Client, add_form: Form, variant: ProductVariant, header: str) -> None:
    """Quoted as the draft asks, or bare; either way the same key, and before the field."""
    add_form.post(client, headers={"Idempotency-Key": '"one-key"'})
    add_form.post(client, headers={"Idempotency-Key": header}, key="another")
    assert stock(variant) == (9, 1)


def test_a_quoted_key_may_have_escapes(client: Client, add_form: Form, variant: ProductVariant) -> None:
    add_form.post(client, headers={"Idempotency-Key": r'"a\"b\\c"'})
    add_form.post(client, headers={}, key='a"b\\c')
    assert stock(variant) == (9, 1)


@pytest.mark.parametrize("key", ["", "x" * 65, "a\x00b", "a\nb", "clé"])
def test_a_key_that_cannot_be_one_is_refused(client: Client, add_form: Form, key: str) -> None:
    with nothing_changes():
        assert add_form.post(client, key=key).status_code == 400


@pytest.mark.parametrize("header", ["", '""', '"' + "x" * 65 + '"', "\x7f"])
def test_a_header_that_cannot_be_a_key_is_refused(client: Client, add_form: Form, header: str) -> None:
    with nothing_changes():
        assert add_form.post(client, headers={"Idempotency-Key": header}).status_code == 400


def test_a_key_of_the_greatest_length_is_taken(client: Client, add_form: Form) -> None:
    assert add_form.post(client, key="x" * 64).status_code == 303


# --- What cannot be added

NOT_A_QUANTITY = [
    "0",
    "-1",
    "2147483648",
    "1e9",
    "",
    "abc",
    "NaN",
    "1\x00",
    "\x00",
    "+1",
    "1.0",
    "1_0",
    "\uff11",
    "9" * 99,
]


@pytest.mark.parametrize("quantity", NOT_A_QUANTITY)
def test_not_a_quantity(client: Client, add_form: Form, quantity: str) -> None:
    with nothing_changes():
        response = add_form.post(client, quantity=quantity)
    assert response.status_code == 400
    assert alert(response) == "Please enter a whole number of units, 1 or more."
    assert form(response, "/cart/add/").fields["quantity"] == quantity
    assert 'aria-invalid="true" aria-describedby="quantity-error"' in text_of(response)


@pytest.mark.parametrize("fields", [{}, {"quantity": ["1", "2"]}, {"quantity[]": "1"}])
def test_a_quantity_is_given_once(client: Client, variant: ProductVariant, fields: dict[str, object]) -> None:
    with nothing_changes():
        assert client.post("/cart/add/", {"variant": variant.pk} | fields).status_code == 400


def test_blanks_around_a_quantity_do_no_harm(client: Client, add_form: Form, variant: ProductVariant) -> None:
    assert add_form.post(client, quantity=" 1 ").status_code == 303


@pytest.mark.parametrize(
    "variant_id", ["", "abc", "-1", "0", "1e3", "\x00", "\uff11", str(2**31), str(2**63), "9" * 99]
)
def test_no_such_variant(client: Client, add_form: Form, variant_id: str) -> None:
    with nothing_changes():
        assert add_form.post(client, variant=variant_id).status_code == 404
        assert add_form.post(client, variant=variant_id, quantity="abc").status_code == 404


@pytest.mark.parametrize("spelling", ["+{}", " {}", "0x{}", "{}.0", "{}_0"])
def test_an_id_has_one_spelling(client: Client, add_form: Form, variant: ProductVariant, spelling: str) -> None:
    with nothing_changes():
        assert add_form.post(client, variant=spelling.format(variant.pk)).status_code == 404


def test_an_inactive_variant_is_not_found(client: Client, add_form: Form, variant: ProductVariant) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(is_active=False)
    with nothing_changes():
        assert add_form.post(client).status_code == 404
        assert add_form.post(client, quantity="0").status_code == 404


def test_too_many_for_one_line(client: Client, make_variant: MakeVariant, settings: Settings) -> None:
    settings.SHOP_MAX_UNITS_PER_LINE = 5
    variant = make_variant(10)
    with nothing_changes():
        response = form(client.get(variant.product.get_absolute_url()), "/cart/add/").post(client, quantity="6")
    assert response.status_code == 409
    assert alert(response) == "We sell at most 5 units of an item to one cart; yours has 0."


# --- Three honest shortages


def test_only_so_many_left_and_the_offer_to_take_them(
    client: Client, add_form: Form, variant: ProductVariant, guest: Owner
) -> None:
    add(guest, variant, 7)
    with nothing_changes():
        response = add_form.post(client, quantity="5", next="/goods/?page=1")
    assert response.status_code == 409
    assert alert(response) == "Only 3 units available in stock."
    asked, instead = forms(response, "/cart/add/")
    assert asked.fields["quantity"] == "5"
    assert "Take 3 instead" in text_of(response)
    assert len({add_form.fields["key"], asked.fields["key"], instead.fields["key"]}) == 3
    taken = instead.post(client)
    assert (taken.status_code, taken["Location"]) == (303, "/goods/?page=1")
    assert stock(variant) == (0, 10)


def test_sold_out(client: Client, add_form: Form, make_variant: MakeVariant) -> None:
    gone = make_variant(0)
    with nothing_changes():
        response = add_form.post(client, variant=str(gone.pk))
    assert (response.status_code, alert(response)) == (409, "Sold out.")
    assert "instead" not in text_of(response)


def test_all_in_other_carts(client: Client, add_form: Form, variant: ProductVariant, guest: Owner) -> None:
    line = held(guest, variant, 10)
    soon = timezone.now() + timedelta(minutes=7)
    CartItem.objects.filter(pk=line.pk).update(reserved_until=soon)
    with nothing_changes():
        response = add_form.post(client)
    expected = f"All of them are in other carts; the first one may be free again at {clock_time(soon)}."
    assert (response.status_code, alert(response)) == (409, expected)


# --- Clients that prefer JSON


def test_json_for_an_add_and_its_repeat(client: Client, add_form: Form) -> None:
    answers = [add_form.post(client, headers=JSON) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["code"] for answer in answers] == ["added", "added"]
    assert [answer.json()["replayed"] for answer in answers] == [False, True]


def test_json_for_a_shortage(client: Client, add_form: Form, variant: ProductVariant, guest: Owner) -> None:
    line = held(guest, variant, 7)
    answer = add_form.post(client, quantity="5", headers=JSON)
    assert answer.status_code == 409
    assert json.loads(answer.content) == {
        "code": "only_n_left",
        "message": "Only 3 units available in stock.",
        "available": 3,
        "requested": 5,
        "first_hold_ends": line.reserved_until.isoformat() if line.reserved_until else "",
    }


@pytest.mark.parametrize("changes", [{"variant": "abc"}, {"variant": "0"}, {"variant": "0", "quantity": "abc"}])
def test_json_for_what_is_not_sold(client: Client, add_form: Form, changes: dict[str, str]) -> None:
    answer = client.post("/cart/add/", add_form.fields | changes, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("accept", ["", "*/*", "text/html,application/json;q=0.9", "text/html, */*"])
def test_browsers_get_pages(client: Client, add_form: Form, accept: str) -> None:
    assert add_form.post(client, quantity="0", headers={"Accept": accept})["Content-Type"].startswith("text/html")


# --- Not now


@pytest.mark.django_db(transaction=True)
def test_a_cart_that_is_locked_is_a_busy_shop(client: Client, add_form: Form, variant: ProductVariant) -> None:
    add_form.post(client)
    page = client.get(variant.product.get_absolute_url())
    with locked_by_a_rival("cart_cart", CartItem.objects.get().cart_id), nothing_changes():
        response = form(page, "/cart/add/").post(client, quantity="2", next="/")
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert "Nothing was changed" in text_of(response)
    again = form(response, "/cart/add/")
    assert again.fields == again.fields | {"variant": str(variant.pk), "quantity": "2", "next": "/"}
    assert again.fields["key"] == form(page, "/cart/add/").fields["key"]
    assert again.post(client).status_code == 303
    assert stock(variant) == (7, 3)


def test_a_late_add_of_a_merged_guest_opens_no_cart(
    client: Client, add_form: Form, variant: ProductVariant, make_user: MakeUser
) -> None:
    """Sent before the answer to the log-in was here. In a new guest cart its units would be lost to the shopper."""
    add_form.post(client)
    guest = guest_of(client)
    assert guest.guest_token
    merge_guest_cart(user_id=make_user().pk, guest_token=guest.guest_token)
    with nothing_changes():
        response = form(client.get(variant.product.get_absolute_url()), "/cart/add/").post(client)
    assert response.status_code == 409
    assert "has moved to the account" in text_of(response)
    assert 'href="/cart/"' in text_of(response)
    assert client.cookies[GUEST_COOKIE].value == ""
    form(client.get("/"), "/cart/add/").post(client)
    assert guest_of(client) != guest


def test_it_is_not_stored(client: Client, add_form: Form) -> None:
    for response in (add_form.post(client), add_form.post(client, quantity="0", key=uuid.uuid4().hex)):
        assert "no-store" in response["Cache-Control"]
