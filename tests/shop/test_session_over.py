"""A page of a customer is sent after their session has ended: it says so, and the log-in leads back to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import Checkout, Order
from tests.support.checkout import ADDRESS, REVIEW, fill, review_form, send
from tests.support.pages import MakeUser, become_guest, form, messages, text_of
from tests.support.shopping import held, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery")]

OVER = "You are no longer logged in. Nothing was ordered or changed, and your cart is kept: log in to go on."
CLOSED = "That page was of another cart, or of one that is closed. Nothing was ordered; this is your cart now."
HTMX = {"HX-Request": "true"}


@pytest.fixture
def hers(ada: User, variant: ProductVariant) -> CartItem:
    """A line of two units in the cart of the customer who is logged in."""
    return held(Owner(user_id=ada.pk), variant, 2)


def end_session(client: Client) -> None:
    del client.cookies["sessionid"]


def leads_to_log_in(response: Any, back_to: str) -> bool:
    return (response.status_code, response["Location"]) == (303, f"/accounts/login/?next={back_to}")


def log_in(client: Client, response: Any) -> Any:
    """Log in on the page that a response leads to, and follow."""
    page = client.get(response["Location"])
    assert messages(page) == [OVER]
    typed = form(page, "/accounts/login/").fields | {"username": "ada", "password": "a long password"}
    return client.post("/accounts/login/", typed, follow=True)


def test_the_review_leads_to_the_log_in_and_back(client: Client, hers: CartItem) -> None:
    fill(client)
    ordering = review_form(client)
    end_session(client)
    with nothing_changes():
        response = ordering.post(client)
    assert leads_to_log_in(response, REVIEW)
    review = log_in(client, response)
    assert review.redirect_chain == [(REVIEW, 302)]
    form(review, REVIEW).post(client)
    assert Order.objects.get().user_id == hers.cart.user_id


def test_it_is_said_whatever_is_wrong_with_the_form_and_whatever_the_guest_has(
    client: Client, hers: CartItem, variant: ProductVariant
) -> None:
    fill(client)
    ordering = review_form(client)
    end_session(client)
    form(client.get(variant.product.get_absolute_url()), "/cart/add/").post(client)  # by now a guest with a cart
    for wrong in ({}, {"provider": ""}, {"total": "x"}):
        assert leads_to_log_in(send(client, ordering, **wrong), REVIEW)
    assert not Order.objects.exists()


def test_the_address_page_does_the_same(client: Client, hers: CartItem, variant: ProductVariant) -> None:
    page = form(client.get("/checkout/"), "/checkout/")
    end_session(client)
    for _ in ("nobody", "a guest with a cart"):
        assert leads_to_log_in(send(client, page, **ADDRESS), "/checkout/")
        form(client.get(variant.product.get_absolute_url()), "/cart/add/").post(client)
    assert not Checkout.objects.exists()


@pytest.mark.parametrize("action", ["", "remove/", "retake/"])
def test_the_lines_of_the_cart_do_the_same(client: Client, hers: CartItem, action: str) -> None:
    address = f"/cart/lines/{hers.pk}/{action}"
    end_session(client)
    with nothing_changes():
        assert leads_to_log_in(client.post(address, {"quantity": "1"}), "/cart/")
        partial = client.post(address, {"quantity": "1"}, headers=HTMX)
        assert partial["HX-Redirect"] == "/accounts/login/?next=/cart/"
        become_guest(client)
        assert leads_to_log_in(client.post(address, {"quantity": "1"}), "/cart/")


def test_an_empty_cart_says_where_that_of_an_account_is(client: Client, ada: User) -> None:
    end_session(client)
    page = text_of(client.get("/cart/"))
    assert 'If you have an account, <a href="/accounts/login/?next=/cart/">log in</a>: its cart is kept there.' in page
    client.force_login(ada)
    assert "If you have an account" not in text_of(client.get("/cart/"))


def _drop_guest_cookie(client: Client, make_user: MakeUser) -> None:
    del client.cookies["guest"]


def _log_in_another(client: Client, make_user: MakeUser) -> None:
    client.force_login(make_user("eve"))


@pytest.mark.parametrize("meanwhile", [_drop_guest_cookie, _log_in_another])
def test_a_guest_whose_cart_is_not_at_hand_is_told_nothing_of_it(
    client: Client, line: CartItem, make_user: MakeUser, meanwhile: Callable[[Client, MakeUser], None]
) -> None:
    fill(client)
    ordering = review_form(client)
    meanwhile(client, make_user)
    with nothing_changes():
        response = ordering.post(client)
    assert (response.status_code, response["Location"]) == (303, "/cart/")
    assert messages(client.get("/cart/")) == [CLOSED]


def test_another_account_that_is_logged_in_is_told_nothing_of_the_first(
    client: Client, hers: CartItem, make_user: MakeUser
) -> None:
    fill(client)
    ordering = review_form(client)
    _log_in_another(client, make_user)
    with nothing_changes():
        response = ordering.post(client)
    assert response["Location"] == "/cart/"
    page = client.get("/cart/")
    assert messages(page) == [CLOSED]
    assert "Ada" not in text_of(page)


@pytest.mark.parametrize("cart_id", ["", "0", "-1", "x", "9" * 18, "9" * 19, "9" * 5000, "1\0"])
def test_a_cart_that_cannot_be_is_nobodys(client: Client, hers: CartItem, cart_id: str) -> None:
    end_session(client)
    assert client.post(REVIEW, {"cart": cart_id})["Location"] == "/cart/"


def test_an_unpaid_order_is_no_secret_of_the_session(client: Client, hers: CartItem) -> None:
    """Ordered in another tab: the form still leads to the log-in, and the log-in to what there is."""
    fill(client)
    ordering = review_form(client)
    ordering.post(client)
    end_session(client)
    response = ordering.post(client)
    assert leads_to_log_in(response, REVIEW)
    assert log_in(client, response).redirect_chain == [(REVIEW, 302), ("/cart/", 303)]
