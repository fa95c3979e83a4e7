"""Logging in and out, and the guest's cart that comes along."""

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from shop.accounts.shoppers import GUEST_COOKIE
from tests.conftest import MakeVariant
from tests.support.pages import MakeUser, form, forms, guest_of, locked_by_a_rival, messages, text_of
from tests.support.shopping import add, expire, held, nothing_changes, stock

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"


@pytest.fixture
def ada(make_user: MakeUser) -> User:
    return make_user("ada")


def log_in(client: Client, name: str = "ada", **fields: str) -> Any:
    return client.post("/accounts/login/", {"username": name, "password": PASSWORD} | fields)


def units_of(user: User) -> list[tuple[int, int]]:
    return list(CartItem.objects.filter(cart__user=user).values_list("quantity", "reserved_quantity"))


# --- Log-in and the cart


def test_the_guests_lines_and_holds_come_along(
    client: Client, shopper: Owner, ada: User, variant: ProductVariant
) -> None:
    add(shopper, variant, 3)
    response = log_in(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert units_of(ada) == [(3, 3)]
    assert stock(variant) == (7, 3)
    assert messages(client.get("/cart/")) == ["3 items from before came along into your cart."]


def test_the_shopper_is_told_of_each_line_that_both_carts_had(
    client: Client, shopper: Owner, ada: User, make_variant: MakeVariant
) -> None:
    both, mine, new = (make_variant() for _ in range(3))
    add(Owner(user_id=ada.pk), both, 1)
    add(Owner(user_id=ada.pk), mine, 1)
    add(shopper, both, 2)
    add(shopper, new, 1)
    log_in(client)
    assert messages(client.get("/cart/")) == [
        "1 item from before came along into your cart.",
        f"{both.product.name}: 3 in your cart now, with those of your account's cart.",
    ]


def test_nothing_came_along_and_nothing_is_said(client: Client, shopper: Owner, ada: User) -> None:
    log_in(client)
    assert messages(client.get("/cart/")) == []


def test_the_guest_cookie_is_taken_away_and_the_session_is_new(
    client: Client, shopper: Owner, ada: User, variant: ProductVariant
) -> None:
    add(shopper, variant)
    before = client.cookies[GUEST_COOKIE].value
    log_in(client)
    assert (client.cookies[GUEST_COOKIE].value, client.cookies[GUEST_COOKIE]["max-age"]) == ("", 0)
    client.post("/accounts/logout/")
    client.cookies[GUEST_COOKIE] = before
    assert "Nothing in it yet." in text_of(client.get("/cart/"))


def test_the_guest_cookie_goes_even_where_there_was_no_cart(client: Client, shopper: Owner, ada: User) -> None:
    log_in(client)
    assert client.cookies[GUEST_COOKIE].value == ""


def test_the_shopper_is_told_that_the_goods_cost_something_else_now(
    client: Client, shopper: Owner, ada: User, variant: ProductVariant
) -> None:
    expire(held(Owner(user_id=ada.pk), variant))
    ProductVariant.objects.filter(pk=variant.pk).update(price=Decimal("20.85"))
    add(shopper, variant, 5)
    log_in(client)
    (told,) = messages(client.get("/cart/"))
    assert told.startswith(f"{variant.product.name}: 6 in your cart now, with those of your account's cart.")
    assert told.endswith(f"{variant.product.name} now costs £20.85 each, for all in your cart; it was £2.50.")
    assert CartItem.objects.get().total_price == 6 * Decimal("20.85")


def test_the_shopper_is_told_line_by_line_what_was_cut(
    client: Client, shopper: Owner, ada: User, make_variant: MakeVariant
) -> None:
    """Of the first, two are held and three of the customer's own have run out and gone to somebody else."""
    cut, whole = make_variant(5), make_variant(5)
    mine = held(Owner(user_id=ada.pk), cut, 3)
    CartItem.objects.filter(pk=mine.pk).update(reserved_quantity=0, reserved_until=None)
    ProductVariant.objects.filter(pk=cut.pk).update(stock_quantity=2, reserved_quantity=0)
    add(shopper, cut, 2)
    add(shopper, whole, 1)
    log_in(client)
    told = messages(client.get("/cart/"))
    assert told == [
        "1 item from before came along into your cart.",
        f"{cut.product.name}: 2 of 5 kept, the rest is no longer free.",
    ]


def test_a_cart_that_is_full_by_chance_is_not_the_reason(
    client: Client, shopper: Owner, ada: User, make_variant: MakeVariant, settings: Settings
) -> None:
    cut = make_variant(5)
    expire(held(Owner(user_id=ada.pk), cut, 3))
    add(shopper, cut, 2)
    add(Owner(guest_token=uuid.uuid4()), cut, 3)
    settings.SHOP_MAX_UNITS_PER_CART = 5
    add(shopper, make_variant(5), 3)
    log_in(client)
    told = messages(client.get("/cart/"))
    assert told[-1] == f"{cut.product.name}: 2 of 5 kept, the rest is no longer free."


def test_a_cap_is_named_as_the_reason(
    client: Client, shopper: Owner, ada: User, variant: ProductVariant, settings: Settings
) -> None:
    add(Owner(user_id=ada.pk), variant, 4)
    add(shopper, variant, 4)
    settings.SHOP_MAX_UNITS_PER_LINE = 5
    log_in(client)
    name = variant.product.name
    assert messages(client.get("/cart/")) == [f"{name}: 5 of 8 kept, the most we sell of an item to one cart."]


def test_a_full_cart_is_named_as_the_reason(
    client: Client, shopper: Owner, ada: User, make_variant: MakeVariant, settings: Settings
) -> None:
    first, second = make_variant(), make_variant()
    add(Owner(user_id=ada.pk), first, 4)
    add(shopper, second, 4)
    settings.SHOP_MAX_UNITS_PER_CART = 5
    log_in(client)
    assert messages(client.get("/cart/")) == [f"{second.product.name}: 1 of 4 kept, your cart is full."]


@pytest.mark.parametrize(("cap", "first"), [(0, "1 of 3 kept, your cart is full."), (100, "3 in your cart now")])
def test_many_changed_lines_fit_into_the_messages(
    client: Client, shopper: Owner, ada: User, make_variant: MakeVariant, settings: Settings, cap: int, first: str
) -> None:
    """Messages travel in a cookie. What does not fit would be lost, and under DEBUG be an error."""
    settings.DEBUG = True
    for number in range(12):
        variant = make_variant()
        variant.product.name = f"{number} " + "\u20ac\u00df\u4e2d" * 60
        variant.product.save(update_fields=["name"])
        add(Owner(user_id=ada.pk), variant)
        ProductVariant.objects.filter(pk=variant.pk).update(price=Decimal("12345.67"))
        add(shopper, variant, 2)
    add(shopper, make_variant(), 1)
    settings.SHOP_MAX_UNITS_PER_CART = cap
    log_in(client)
    told = messages(client.get("/cart/"))
    if cap:
        assert told.pop(0) == "1 item from before came along into your cart."
    assert len(told) == 7
    assert first in told[0]
    assert told[-1].endswith(" more lines have changed; please look through your cart.")


@pytest.mark.django_db(transaction=True)
def test_a_merge_that_fails_keeps_nobody_out(
    client: Client, shopper: Owner, ada: User, variant: ProductVariant
) -> None:
    cart = add(shopper, variant, 3)
    with locked_by_a_rival("cart_cart", cart.pk):
        response = log_in(client)
    assert response.status_code == 302
    assert guest_of(client) == shopper
    page = client.get("/cart/")
    assert "ada" in text_of(page)
    assert messages(page) == [
        "Your items from before are kept, but could not be brought along yet. Log in again to do so."
    ]
    client.post("/accounts/logout/")
    log_in(client)
    assert units_of(ada) == [(3, 3)]


def test_the_admins_log_in_brings_it_along_too(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    boss = User.objects.create_superuser("boss", password=PASSWORD)
    add(shopper, variant, 2)
    client.post("/admin/login/", {"username": "boss", "password": PASSWORD})
    assert units_of(boss) == [(2, 2)]
    assert client.cookies[GUEST_COOKIE].value == ""


def test_a_wrong_password_moves_nothing(client: Client, shopper: Owner, ada: User, variant: ProductVariant) -> None:
    add(shopper, variant)
    with nothing_changes():
        response = client.post("/accounts/login/", {"username": "ada", "password": "wrong"})
    assert response.status_code == 200
    assert "No account has this name and this password." in text_of(response)
    assert guest_of(client) == shopper


# --- By which name


@pytest.mark.parametrize("typed", ["Maria6289", "MARIA6289", "Maria@Example.com", "maria@example.COM", " Maria6289 "])
@pytest.mark.parametrize("page", ["/accounts/login/", "/admin/login/"])
def test_the_user_name_and_the_e_mail_address_log_in_in_any_case(client: Client, typed: str, page: str) -> None:
    User.objects.create_user("maria6289", "maria@example.com", PASSWORD, is_staff=True)
    response = client.post(page, {"username": typed, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def is_logged_in(typed: str, password: str = PASSWORD) -> str | None:
    """Log in on a browser of its own. Returns the user name of the account."""
    client = Client()
    client.post("/accounts/login/", {"username": typed, "password": password})
    found = client.session.get("_auth_user_id")
    return User.objects.get(pk=found).username if found else None


def test_an_e_mail_address_of_several_accounts_logs_none_of_them_in(ada: User, make_user: MakeUser) -> None:
    eve = make_user("eve")
    User.objects.filter(pk=eve.pk).update(email=ada.email.upper())
    assert is_logged_in(ada.email) is None
    assert [is_logged_in(name) for name in ("ada", "EVE")] == ["ada", "eve"]
    User.objects.filter(pk=eve.pk).update(is_active=False)
    assert is_logged_in(ada.email) == "ada"


def test_a_user_name_comes_before_an_e_mail_address(ada: User) -> None:
    """Whoever takes the address of another for a user name is logged in to their own account, and to no other."""
    User.objects.create_user(ada.email, password="another password")
    assert is_logged_in(ada.email) is None
    assert is_logged_in(ada.email, "another password") == ada.email
    assert is_logged_in("ada") == "ada"


def test_names_of_old_that_differ_in_case_log_in_as_they_are_written(ada: User, make_user: MakeUser) -> None:
    make_user("Ada")
    assert [is_logged_in(name) for name in ("ada", "Ada", "ADA")] == ["ada", "Ada", None]


@pytest.mark.parametrize("typed", ["%", "_da", "a%", "ada@", "@example.com", "", "ada\\"])
def test_no_part_and_no_pattern_of_a_name_logs_in(ada: User, typed: str) -> None:
    assert is_logged_in(typed) is None


def test_an_account_that_is_gone_or_has_no_address_is_not_met(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(email="")
    assert is_logged_in("") is None
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert is_logged_in("ada") is None


def test_phones_neither_enlarge_the_first_letter_nor_cut_an_address(client: Client) -> None:
    for page in ("/accounts/login/", "/admin/login/"):
        (field,) = re.findall(r'<input[^>]*name="username"[^>]*>', text_of(client.get(page)))
        assert 'autocapitalize="none"' in field
        assert 'maxlength="254"' in field


# --- The pages


def test_next_leads_back_to_this_site_only(client: Client, ada: User) -> None:
    assert form(client.get("/accounts/login/?next=/cart/"), "/accounts/login/").fields["next"] == "/cart/"
    assert log_in(client, next="/cart/")["Location"] == "/cart/"
    assert log_in(Client(), next="https://evil.example/")["Location"] == "/"


def test_the_header_leads_to_log_in_and_back(client: Client, variant: ProductVariant) -> None:
    assert 'href="/accounts/login/?next=/goods/%3Fpage%3D1"' in text_of(client.get("/goods/?page=1"))
    refused = client.post("/cart/add/", {"variant": variant.pk, "quantity": "0"})
    assert 'href="/accounts/login/"' in text_of(refused)


def test_logging_out_is_a_post_and_ends_the_session(client: Client, ada: User) -> None:
    client.force_login(ada)
    page = client.get("/")
    assert "Log in" not in text_of(page)
    response = form(page, "/accounts/logout/").post(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert forms(client.get("/"), "/accounts/logout/") == []


def test_who_is_logged_in_needs_no_log_in_page(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.get("/accounts/login/").status_code == client.get("/accounts/signup/").status_code == 302


def test_account_pages_are_not_stored(client: Client) -> None:
    for address in ("/accounts/login/", "/accounts/signup/"):
        assert "no-store" in client.get(address)["Cache-Control"]
