"""Items that ran out: cart, checkout and review say so, count only what can be had, and offer all in one press."""

import uuid

import pytest
from django.test import Client

from cart.models import CartItem
from cart.owners import Owner
from cart.services import release_expired_holds
from inventory.models import ProductVariant
from orders.models import Order
from tests.conftest import MakeVariant
from tests.support.checkout import REVIEW, fill, review_form
from tests.support.pages import form, forms, messages, text_of
from tests.support.shopping import add, expire, held, hold, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery")]

RETAKE = "/cart/retake/"
PAGES = ["/cart/", "/checkout/", REVIEW]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ran_out(client: Client, shopper: Owner, make_variant: MakeVariant) -> list[CartItem]:
    """Lines of two units each, 5.00: one can be had again, one went to somebody else, one is still held."""
    lines = [held(shopper, make_variant(), 2) for _ in range(3)]
    fill(client)
    expire(*lines[:2])
    release_expired_holds()
    add(Owner(guest_token=uuid.uuid4()), lines[1].product_variant, 9)
    return lines


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_ran_out_and_counts_what_can_be_had(
    client: Client, ran_out: list[CartItem], page: str
) -> None:
    shown = text_of(client.get(page))
    assert "Some items are no longer held for you." in shown
    assert "Not available at the moment, and not counted here:" in shown
    assert f'<a href="/cart/#line-{ran_out[1].pk}">{ran_out[1].product_variant.product.name}</a>' in shown
    assert "<dd>£10.00</dd>" in shown
    assert "<dd>£15.00</dd>" not in shown


def test_checkout_says_it_before_the_address_is_typed(client: Client, ran_out: list[CartItem]) -> None:
    page = text_of(client.get("/checkout/"))
    assert page.index("Some items are no longer held for you.") < page.index('name="email"')


@pytest.mark.parametrize("page", PAGES)
def test_what_is_no_longer_sold_cannot_be_had_either(client: Client, ran_out: list[CartItem], page: str) -> None:
    ProductVariant.objects.filter(pk=ran_out[0].product_variant_id).update(is_active=False)
    assert "<dd>£5.00</dd>" in text_of(client.get(page))


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_it_is_said_while_all_is_held(client: Client, line: CartItem, page: str) -> None:
    fill(client)
    response = client.get(page)
    assert forms(response, RETAKE) == []
    assert "no longer held" not in text_of(response)


@pytest.mark.parametrize(("page", "status"), [("/cart/", 303), ("/checkout/", 303), (REVIEW, 303)])
def test_one_press_takes_all_and_leads_back(client: Client, line: CartItem, page: str, status: int) -> None:
    fill(client)
    expire(line)
    response = form(client.get(page), RETAKE).post(client)
    assert (response.status_code, response["Location"]) == (status, page)
    assert hold(line) == (2, 2)
    assert messages(client.get(page)) == ["1 item is held for you again."]


def test_what_cannot_be_had_is_said_beside_its_line(client: Client, ran_out: list[CartItem]) -> None:
    response = form(client.get("/cart/"), RETAKE).post(client)
    assert response.status_code == 409
    assert messages(response) == ["1 item is held for you again."]
    assert "Only 1 unit available in stock." in text_of(response)
    assert [each.fields["quantity"] for each in forms(response, f"/cart/lines/{ran_out[1].pk}/")] == ["2", "1"]
    assert [hold(line) for line in ran_out] == [(2, 2), (2, 0), (2, 2)]


def test_a_press_that_comes_twice_acts_once(client: Client, ran_out: list[CartItem]) -> None:
    press = form(client.get("/cart/"), RETAKE)
    press.post(client, headers=HTMX)
    with nothing_changes():
        assert press.post(client, headers=HTMX).status_code == 200


def test_other_prices_are_said(client: Client, line: CartItem, variant: ProductVariant) -> None:
    expire(line)
    ProductVariant.objects.update(price=3)
    form(client.get("/cart/"), RETAKE).post(client)
    assert f"{variant.product.name} now costs £3.00 each, for all in your cart; it was £2.50." in messages(
        client.get("/cart/")
    )


def test_an_order_of_what_cannot_be_had_is_not_offered(client: Client, ran_out: list[CartItem]) -> None:
    page = client.get(REVIEW)
    assert "Order and pay" not in text_of(page)
    assert "An order takes the whole cart." in text_of(page)
    with nothing_changes():  # nor taken
        assert form(page, REVIEW).post(client).status_code == 409
    client.post(f"/cart/lines/{ran_out[1].pk}/remove/")
    assert review_form(client).post(client).status_code == 303
    assert Order.objects.get().goods_total == 10
