"""The button "Order again": by the order's link and in the account, and the report that the cart's page shows."""

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import merge_guest_cart
from inventory.categories import ensure_categories
from inventory.models import Product, ProductVariant
from orders.links import order_path
from orders.models import DeliveryMethod, Order
from orders.services import ship_order
from shop.accounts.shoppers import GUEST_COOKIE
from tests.conftest import MakeVariant
from tests.support.ordering import order, pay
from tests.support.pages import (
    MakeSibling,
    MakeUser,
    become_guest,
    form,
    guest_of,
    locked_by_a_rival,
    messages,
    text_of,
)
from tests.support.shopping import add, expire, held, nothing_changes, stock

pytestmark = pytest.mark.django_db

IN_CARTS = "Not added: all of them are in other carts just now. They may become free again."


@pytest.fixture
def goods(make_variant: MakeVariant) -> list[ProductVariant]:
    """Three variants at 2.50, with ten units each."""
    return [make_variant() for _ in range(3)]


@pytest.fixture
def customer(make_user: MakeUser) -> User:
    return make_user("ada")


@pytest.fixture
def paid(customer: User, goods: list[ProductVariant], delivery: DeliveryMethod) -> Order:
    """A paid order of three units of each of the goods, in the account of the customer."""
    for variant in goods:
        add(Owner(user_id=customer.pk), variant, 3)
    placed = order(Cart.objects.get(user=customer), delivery)
    pay(placed)
    return placed


@pytest.fixture
def link(paid: Order) -> str:
    return order_path(paid.number)


def press(client: Client, page: str) -> Any:
    """Press the button on the order's page. Returns the cart's page, to which it leads."""
    response = form(client.get(page), f"{page}again/").post(client)
    assert (response.status_code, response["Location"]) == (303, "/cart/")
    return client.get("/cart/")


def report(page: Any) -> list[str]:
    """What the report says of each line, with where its link leads; then what is in its fold."""
    (section,) = re.findall(r'<section class="next again-report.*?</section>', text_of(page), re.DOTALL)
    rows = [
        re.sub(r'<a href="(.*?)">.*?</a>', r"[\1]", row) for row in re.findall(r"<li>(.*?)</li>", section, re.DOTALL)
    ]
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", "", row)).split()) for row in rows]


def part_of(placed: Order) -> str:
    return f"A part of order {placed.number} is in your cart. The list says what is missing."


def units(owner: Owner) -> list[int]:
    lines = CartItem.objects.filter(cart__status="open", **{f"cart__{k}": v for k, v in owner.columns.items()})
    return list(lines.order_by("pk").values_list("quantity", flat=True))


# --- Who presses it, and where


def test_a_guest_without_a_cookie_is_given_one_and_lands_on_the_cart(
    client: Client, paid: Order, link: str, goods: list[ProductVariant]
) -> None:
    page = press(client, link)
    assert client.cookies[GUEST_COOKIE]["httponly"]
    assert units(guest_of(client)) == [3, 3, 3]
    assert messages(page) == [f"All goods of order {paid.number} are in your cart."]
    assert report(page) == [f"3 \u00d7 {line.name}" for line in paid.lines.all()]
    assert "again-report" not in text_of(client.get("/cart/"))


def test_two_first_presses_without_a_cookie_are_of_one_guest(client: Client, link: str) -> None:
    """The second is sent before the first answer brings the cookie."""
    button = form(client.get(link), f"{link}again/")
    other = Client()
    button.post(client)
    button.post(other)
    assert guest_of(client) == guest_of(other)
    assert units(guest_of(client)) == [3, 3, 3]


def test_a_second_press_and_the_page_of_before_add_nothing_twice(client: Client, paid: Order, link: str) -> None:
    button = form(client.get(link), f"{link}again/")
    button.post(client)
    CartItem.objects.filter(cart__status="open").first().delete()  # type: ignore[union-attr]
    client.get("/cart/")
    button.post(client)
    page = client.get("/cart/")
    assert units(guest_of(client)) == [3, 3]
    assert messages(page) == [part_of(paid)]
    assert "Added before; 0 of 3 are in your cart now." in report(page)[0]


def test_its_customer_presses_it_in_the_account_and_in_the_list(client: Client, customer: User, paid: Order) -> None:
    client.force_login(customer)
    press(client, f"/account/orders/{paid.number}/")
    assert units(Owner(user_id=customer.pk)) == [3, 3, 3]
    response = form(client.get("/account/orders/"), f"/account/orders/{paid.number}/again/").post(client)
    assert response["Location"] == "/cart/"
    assert units(Owner(user_id=customer.pk)) == [6, 6, 6]


def test_a_customer_with_the_link_of_an_order_fills_their_own_cart(
    client: Client, link: str, make_user: MakeUser
) -> None:
    eve = make_user("eve")
    client.force_login(eve)
    press(client, link)
    assert units(Owner(user_id=eve.pk)) == [3, 3, 3]


def test_an_order_that_waits_for_its_money_has_no_button(
    client: Client, customer: User, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    placed = order(add(Owner(user_id=customer.pk), variant), delivery)
    client.force_login(customer)
    for page in (order_path(placed.number), "/account/orders/"):
        assert "again/" not in text_of(client.get(page))


def test_it_takes_posts_only_and_from_our_pages(client: Client, link: str, goods: list[ProductVariant]) -> None:
    with nothing_changes():
        assert client.get(f"{link}again/").status_code == 405
        assert Client(enforce_csrf_checks=True).post(f"{link}again/").status_code == 403


def test_after_the_session_it_leads_to_the_log_in_and_back_to_the_order(
    client: Client, customer: User, paid: Order
) -> None:
    client.force_login(customer)
    page = f"/account/orders/{paid.number}/"
    sent = [f"{page}again/", f"{page}pay/", f"{page}cancel/"]
    del client.cookies["sessionid"]
    with nothing_changes():
        for address in sent:
            response = client.post(address, {"key": "k"})
            assert (response.status_code, response["Location"]) == (303, f"/accounts/login/?next={page}")


# --- What is told


def test_each_line_is_told(
    client: Client, paid: Order, link: str, goods: list[ProductVariant], sibling: MakeSibling, guest: Owner
) -> None:
    first, second, third = goods
    held(guest, first, 5)
    held(guest, second, 7)
    ProductVariant.objects.filter(pk=third.pk).update(is_active=False)
    sibling(third, "B")
    page = press(client, link)
    assert messages(page) == [part_of(paid)]
    names = [line.name for line in paid.lines.all()]
    assert report(page) == [
        f"{names[0]} 2 of 3 added: no more are free just now. [{first.product.get_absolute_url()}]",
        f"{names[1]} {IN_CARTS} [{second.product.get_absolute_url()}]",
        f"{names[2]} Not added: no longer on sale. [{third.product.get_absolute_url()}]",
    ]


def test_what_is_sold_out_is_told(client: Client, link: str, goods: list[ProductVariant]) -> None:
    ProductVariant.objects.filter(pk=goods[0].pk).update(stock_quantity=0)
    assert "Not added: sold out." in report(press(client, link))[0]


def test_fewer_are_free_than_the_cart_had(client: Client, link: str, goods: list[ProductVariant], guest: Owner) -> None:
    """The line is held no longer, and others have taken units since."""
    expire(held(become_guest(client), goods[0], 5))
    held(guest, goods[0], 4)
    assert "Not added: fewer are free than your cart had of it." in report(press(client, link))[0]


def test_what_is_no_longer_sold_has_a_way_on(client: Client, link: str, goods: list[ProductVariant]) -> None:
    kitchen = ensure_categories()["kitchen"]
    ProductVariant.objects.filter(pk=goods[0].pk).update(is_active=False)
    Product.objects.filter(pk=goods[0].product_id).update(category=kitchen)
    Product.objects.filter(pk=goods[1].product_id).update(is_listed=False)
    page = press(client, link)
    told = report(page)
    assert told[0].endswith("Not added: no longer on sale. [/c/kitchen/]")
    assert told[1].endswith("Not added: no longer on sale. [/goods/]")
    assert "See more of Tea &amp; kitchen<" in page.content.decode()


def test_nothing_could_be_added(client: Client, paid: Order, link: str) -> None:
    Product.objects.update(is_listed=False)
    assert messages(press(client, link)) == [f"Nothing of order {paid.number} could be added to your cart."]


def test_a_new_price_is_told(client: Client, link: str, goods: list[ProductVariant]) -> None:
    ProductVariant.objects.filter(pk=goods[0].pk).update(price=3)
    told = report(press(client, link))
    assert told[0].endswith("Now £3.00 each; it was £2.50 in that order.")
    assert "Now" not in "".join(told[1:])


def test_a_new_price_of_what_the_cart_had_already_is_told_too(
    client: Client, link: str, goods: list[ProductVariant]
) -> None:
    held(become_guest(client), goods[0])
    ProductVariant.objects.filter(pk=goods[0].pk).update(price=3)
    page = press(client, link)
    assert "now costs £3.00 each, for all in your cart; it was £2.50." in messages(page)[1]


def test_the_cap_is_told(client: Client, link: str, settings: Settings) -> None:
    settings.SHOP_MAX_UNITS_PER_CART = 5
    told = report(press(client, link))
    assert "2 of 3 added: a cart takes no more. Please order the rest separately." in told[0]
    assert "0 of 3 added: a cart takes no more." in told[1]


def test_fifty_lines_are_told(
    client: Client,
    customer: User,
    make_variant: MakeVariant,
    delivery: DeliveryMethod,
    guest: Owner,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Half of them short, so that the cookie has its most to carry. The cart's page reads them at once."""
    variants = [make_variant(20) for _ in range(50)]
    for variant in variants:
        add(Owner(user_id=customer.pk), variant, 10)
    placed = order(Cart.objects.get(user=customer), delivery)
    pay(placed)
    for variant in variants[::2]:
        held(guest, variant, 3)
    page = order_path(placed.number)
    form(client.get(page), f"{page}again/").post(client)
    # The cart with its delivery, the header, and the lines of the report.
    with django_assert_num_queries(3):
        shown = client.get("/cart/")
    told = report(shown)
    assert [row.endswith("]") and "7 of 10 added: no more are free just now." in row for row in told] == [True] * 25 + [
        False
    ] * 25
    assert units(guest_of(client)) == [7, 10] * 25


# --- What goes wrong


def test_a_malformed_key_changes_nothing(client: Client, link: str) -> None:
    with nothing_changes():
        response = client.post(f"{link}again/", {"key": "k" * 65})
    assert response["Location"] == link
    assert len(messages(client.get(link))) == 1


def test_too_fast(client: Client, link: str, settings: Settings) -> None:
    settings.SHOP_ADDS_PER_MINUTE = 1
    press(client, link)
    with nothing_changes():
        response = form(client.get(link), f"{link}again/").post(client)
    assert response.status_code == 429


@pytest.mark.django_db(transaction=True)
def test_busy_in_the_middle_it_can_be_sent_again(client: Client, link: str, goods: list[ProductVariant]) -> None:
    """Another shopper's transaction has the second variant for too long."""
    button = form(client.get(link), f"{link}again/")
    with locked_by_a_rival("inventory_productvariant", goods[1].pk):
        response = button.post(client)
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert "A part of your goods may be in your cart already" in text_of(response)
    assert units(guest_of(client)) == [3]
    assert form(response, f"{link}again/").post(client)["Location"] == "/cart/"
    assert units(guest_of(client)) == [3, 3, 3]
    assert [stock(variant) for variant in goods] == [(4, 3)] * 3


def test_a_press_on_a_page_from_before_the_log_in_opens_no_cart(
    client: Client, link: str, make_user: MakeUser, variant: ProductVariant
) -> None:
    guest = become_guest(client)
    held(guest, variant)
    button = form(client.get(link), f"{link}again/")
    assert guest.guest_token
    merge_guest_cart(user_id=make_user("eve").pk, guest_token=guest.guest_token)
    with nothing_changes():
        response = button.post(client)
    assert response.status_code == 409
    assert "This cart has moved to the account" in text_of(response)
    assert client.cookies[GUEST_COOKIE].value == ""


# --- The list of orders


def test_an_order_of_which_a_part_has_left_says_so(client: Client, customer: User, paid: Order) -> None:
    client.force_login(customer)
    pages = ("/account/", "/account/orders/", f"/account/orders/{paid.number}/")
    assert all(">Paid</span>" in text_of(client.get(page)) for page in pages)
    ship_order(order_id=paid.pk, units={paid.lines.all()[0].pk: 1})
    for page in pages:
        shown = text_of(client.get(page))
        assert ">A part is on its way</span>" in shown
        assert ">Paid</span>" not in shown
    ship_order(order_id=paid.pk)
    assert all(">Shipped</span>" in text_of(client.get(page)) for page in pages)
