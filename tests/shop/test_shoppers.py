"""Who shops: the guest cookie, and what it costs."""

import uuid

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.categories import ensure_categories
from inventory.models import ProductVariant
from shop.accounts.shoppers import GUEST_COOKIE
from tests.conftest import MakeVariant
from tests.support.pages import Form, MakeUser, form, forms, guest_of, text_of
from tests.support.shopping import add

pytestmark = pytest.mark.django_db

SOME_TOKEN = "b5a31ed3-6f3f-4d0f-8e0e-6f2d3b1f4c11"


@pytest.mark.parametrize("address", ["/", "/goods/?q=product", "/c/kitchen/", "/cart/", "/legal/privacy/"])
def test_who_only_looks_is_no_guest(client: Client, variant: ProductVariant, address: str) -> None:
    ensure_categories()
    for page in (address, variant.product.get_absolute_url()):
        assert set(client.get(page).cookies) <= {"csrftoken"}


def test_the_first_add_makes_a_guest(client: Client, add_form: Form) -> None:
    add_form.post(client)
    cookie = client.cookies[GUEST_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"], cookie["path"]) == (True, "Lax", "", "/")
    assert cookie["max-age"] == 365 * 24 * 3600
    assert str(guest_of(client).guest_token) == cookie.value.partition(":")[0]


@pytest.mark.parametrize("address", ["/", ""])
def test_first_adds_that_are_sent_at_once_are_of_one_guest(
    client: Client, make_variant: MakeVariant, address: str
) -> None:
    """Pressed again before the first answer has brought the cookie: by the same form, and by that of another card."""
    variant = make_variant()
    make_variant()
    page = client.get(address or variant.product.get_absolute_url())
    first, *others = forms(page, "/cart/add/")
    cookies = client.cookies.output()
    for sent in (first, first, *others):
        client.cookies.load(cookies.replace("Set-Cookie: ", ""))
        client.cookies.pop(GUEST_COOKIE, None)
        assert sent.post(client).status_code == 303
    assert Cart.objects.count() == 1
    assert sum(CartItem.objects.values_list("quantity", flat=True)) == len(others) + 1


def test_a_guest_that_is_known_stays_the_same_whatever_a_form_says(client: Client, add_form: Form) -> None:
    """Its page is of before the first add, which was made in another tab."""
    form(client.get("/"), "/cart/add/").post(client)
    before = guest_of(client)
    assert add_form.fields["guest"]
    response = add_form.post(client)
    assert GUEST_COOKIE not in response.cookies
    assert guest_of(client) == before
    assert form(client.get("/"), "/cart/add/").fields["guest"] == ""


@pytest.mark.parametrize("field", ["", "x", SOME_TOKEN, f"{SOME_TOKEN}:1xV5VE:forged", "a:b:c", "\x00"])
def test_a_guest_cannot_be_chosen_by_a_form(client: Client, add_form: Form, field: str) -> None:
    add_form.post(client, guest=field)
    assert str(guest_of(client).guest_token) not in {SOME_TOKEN, add_form.fields["guest"].partition(":")[0]}


def test_the_field_is_no_cookie_and_the_cookie_no_field(client: Client, add_form: Form, shopper: Owner) -> None:
    cookie = client.cookies[GUEST_COOKIE].value
    client.cookies[GUEST_COOKIE] = add_form.fields["guest"]
    assert form(client.get("/"), "/cart/add/").fields["guest"]
    del client.cookies[GUEST_COOKIE]
    add_form.post(client, guest=cookie)
    assert guest_of(client) != shopper


def test_the_cookie_is_secure_where_cookies_are(client: Client, add_form: Form, settings: Settings) -> None:
    settings.GUEST_COOKIE_SECURE = True
    add_form.post(client)
    assert client.cookies[GUEST_COOKIE]["secure"]


def test_a_guest_stays_the_same_from_page_to_page(client: Client, shopper: Owner) -> None:
    response = client.get("/")
    assert GUEST_COOKIE not in response.cookies
    assert guest_of(client) == shopper


def test_a_guest_has_no_session(client: Client, add_form: Form) -> None:
    add_form.post(client)
    assert Session.objects.count() == 0
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("value", ["", "x", SOME_TOKEN, f"{SOME_TOKEN}:1xV5VE:forged", "a:b:c", "\x00"])
def test_a_cookie_that_we_did_not_sign_is_replaced(client: Client, variant: ProductVariant, value: str) -> None:
    client.cookies[GUEST_COOKIE] = value
    form(client.get("/"), "/cart/add/").post(client)
    assert client.cookies[GUEST_COOKIE].value != value
    guest_of(client)


def test_a_token_cannot_be_chosen(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    """Knowing the token of another guest's cart is not enough: the signature goes with it."""
    other = Owner(guest_token=uuid.uuid4())
    add(other, variant, 7)
    signature = client.cookies[GUEST_COOKIE].value.partition(":")[2]
    client.cookies[GUEST_COOKIE] = f"{other.guest_token}:{signature}"
    assert "Nothing in it yet." in text_of(client.get("/cart/"))


def test_a_user_needs_no_guest_cookie(client: Client, make_user: MakeUser) -> None:
    client.force_login(make_user())
    client.get("/")
    assert GUEST_COOKIE not in client.cookies


def test_the_header_shows_units_and_total(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    add(shopper, variant, 3)
    page = text_of(client.get("/"))
    assert '<span class="count">3<span class="sr-only"> items</span></span>' in page
    assert '<span class="sum">£7.50</span>' in page


def test_the_header_costs_a_guest_one_query(
    client: Client, shopper: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # 1: units and total of the cart. No session and no user: a guest has neither.
    with django_assert_num_queries(1):
        client.get("/legal/imprint/")


def test_the_header_costs_a_stranger_none(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        client.get("/legal/imprint/")


def test_the_header_costs_a_user_three(
    client: Client, make_user: MakeUser, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(make_user())
    # 1: the session. 2: the user. 3: units and total of the cart.
    with django_assert_num_queries(3):
        client.get("/legal/imprint/")


def test_pages_show_a_user_their_own_cart(client: Client, make_user: MakeUser, variant: ProductVariant) -> None:
    user: User = make_user()
    add(Owner(user_id=user.pk), variant, 2)
    client.force_login(user)
    assert '<span class="count">2<' in text_of(client.get("/"))
