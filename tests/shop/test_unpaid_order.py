"""The way back from the bank: the cart's page names the order that waits for its payment."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import Order
from orders.services import cancel_order
from tests.support.checkout import EMPTY, REVIEW, place
from tests.support.ordering import pay
from tests.support.pages import MakeUser, messages, text_of
from tests.support.shopping import add, held

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery", "with_test_bank")]


def way_back(client: Client, page: str = "/cart/") -> str | None:
    """The address to which the page leads to pay; None where it names no order."""
    found = re.search(r'<a role="button" href="([^"]+)">Go on to pay', text_of(client.get(page, follow=True)))
    return found[1] if found else None


@pytest.mark.parametrize("page", ["/cart/", "/checkout/", REVIEW])
@pytest.mark.parametrize("provider", ["testbank", "invoice"])
def test_a_guest_finds_the_order_again(client: Client, line: CartItem, page: str, provider: str) -> None:
    place(client, provider)
    placed = Order.objects.get()
    shown = client.get(page, follow=True)
    assert f"You placed order <strong>{placed.number}</strong> at " in text_of(shown)
    assert EMPTY not in messages(shown)
    back = way_back(client, page)
    assert back
    assert f"Order {placed.number}" in text_of(client.get(back))


def test_a_customer_finds_it_in_the_account(client: Client, ada: User, variant: ProductVariant) -> None:
    add(Owner(user_id=ada.pk), variant)
    place(client, "testbank")
    assert way_back(client) == f"/account/orders/{Order.objects.get().number}/"


def test_what_needs_no_payment_is_not_named(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    def placed() -> Order:
        held(shopper, variant)
        place(client, "testbank")
        return Order.objects.latest("pk")

    pay(placed())
    assert way_back(client) is None
    cancel_order(order_id=placed().pk, note="")
    assert way_back(client) is None
    Order.objects.filter(pk=placed().pk).update(pay_by=timezone.now())
    assert way_back(client) is None
    placed()
    assert way_back(client)


def test_the_newest_of_several_is_named(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    for _ in range(2):
        held(shopper, variant)
        place(client)
    assert f"<strong>{Order.objects.latest('pk').number}</strong>" in text_of(client.get("/cart/"))


def test_it_is_no_others_to_find(client: Client, line: CartItem, make_user: MakeUser) -> None:
    place(client)
    stranger = Client()
    stranger.get("/")
    assert way_back(stranger) is None
    assert way_back(Client()) is None
    # Whoever logs in on this browser later, and whoever uses it after their log-out.
    client.force_login(make_user("eve"))
    assert way_back(client) is None


def test_a_log_in_forgets_the_guest_for_good(client: Client, line: CartItem, make_user: MakeUser) -> None:
    place(client)
    make_user("eve")
    client.post("/accounts/login/", {"username": "eve", "password": "a long password"})
    client.post("/accounts/logout/")
    assert way_back(client) is None


def test_it_costs_one_query_of_an_empty_cart(
    client: Client, line: CartItem, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    place(client)
    with django_assert_num_queries(3):  # the lines, the order, the header's cart
        client.get("/cart/")
