"""The last page of a checkout: what would be bought, as it is now."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod
from tests.conftest import MakeVariant
from tests.support.checkout import EMPTY, GONE, REVIEW, fill
from tests.support.pages import form, forms, messages, text_of
from tests.support.shopping import add, end_soon, expire

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery")]


def test_nothing_in_the_cart_leads_back_to_it(client: Client) -> None:
    response = client.get(REVIEW, follow=True)
    assert response.redirect_chain == [("/cart/", 303)]
    assert messages(response) == [EMPTY]


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


def test_the_review_shows_all_that_is_bought(client: Client, line: CartItem, variant: ProductVariant) -> None:
    fill(client)
    page = text_of(client.get(REVIEW))
    for text in (variant.product.name, "£2.50 each", "£5.00", "£3.95", "£8.95", "£1.49", "Tax included (20 %)"):
        assert text in page
    for text in ("Ada Lovelace", "London<br>N1 1AA", "ada@example.com", "Standard", "Held for you until"):
        assert text in page
    assert "Order and pay £8.95" in page


def test_keeping_the_items_leads_back_to_the_review(client: Client, line: CartItem) -> None:
    fill(client)
    end_soon(line)
    response = form(client.get(REVIEW), "/cart/keep/").post(client)
    assert (response.status_code, response["Location"]) == (303, REVIEW)
    line.refresh_from_db()
    assert line.hold_extensions == 1


def test_a_line_that_ran_out_is_taken_again_on_the_review(client: Client, line: CartItem) -> None:
    fill(client)
    expire(line)
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


def test_the_part_of_the_review_that_changes(client: Client, line: CartItem) -> None:
    """When the clock has run down, scripts ask for the part alone."""
    fill(client)
    expire(line)
    response = client.get(REVIEW, headers={"HX-Request": "true"})
    assert "<html" not in text_of(response)
    assert forms(response, f"/cart/lines/{line.pk}/retake/")
    assert forms(response, REVIEW)


def test_the_page_is_not_kept(client: Client, line: CartItem) -> None:
    fill(client)
    assert "no-store" in client.get(REVIEW)["Cache-Control"]


def test_statements(
    client: Client, ada: User, make_variant: MakeVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, user, cart with lines, what was filled in with its delivery method, small cart."""
    for _ in range(3):
        add(Owner(user_id=ada.pk), make_variant())
    fill(client)
    with django_assert_num_queries(5):
        assert client.get(REVIEW).status_code == 200
