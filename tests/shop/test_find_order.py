"""Guests find their order by number and e-mail address; strangers learn nothing, and guesses are slowed down."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from inventory.models import ProductVariant
from orders.links import number_in
from orders.models import DeliveryMethod, Order
from tests.support.ordering import order
from tests.support.pages import become_guest, text_of
from tests.support.shopping import held

pytestmark = pytest.mark.django_db

FIND = "/orders/find/"
NOT_FOUND = "No order has this number and this e-mail address."


@pytest.fixture
def placed(variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    return order(held(become_guest(Client()), variant).cart, delivery)


def ask(client: Client, number: str, email: str = "ada@example.com") -> Any:
    return client.post(FIND, {"number": number, "email": email})


def test_a_guest_is_led_to_the_order(client: Client, placed: Order) -> None:
    response = ask(client, placed.number)
    assert response.status_code == 303
    assert number_in(response["Location"].split("/")[2]) == placed.number
    assert placed.number in text_of(client.get(response["Location"]))


def test_however_it_is_typed(client: Client, placed: Order) -> None:
    bare = placed.number.replace("-", "").lower()
    assert ask(client, f" {bare} ", "ADA@Example.com").status_code == 303


def test_a_stranger_cannot_tell_a_wrong_number_from_a_wrong_address(client: Client, placed: Order) -> None:
    answers, statements = [], []
    for typed in ((placed.number, "eve@example.com"), ("0000-0000", "ada@example.com"), ("?", "ada@example.com")):
        with CaptureQueriesContext(connection) as queries:
            response = ask(client, *typed)
        statements.append(len(queries))
        text = text_of(response)
        assert (response.status_code, NOT_FOUND in text) == (400, True)
        answers.append(text.replace(typed[0], "NUMBER").replace(typed[1], "EMAIL"))
    assert len(set(statements)) == 1
    assert len({re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer) for answer in answers}) == 1


def test_guesses_are_slowed_down_whoever_makes_them(client: Client, placed: Order, settings: Settings) -> None:
    settings.SHOP_LOOKUPS_PER_HOUR = 2
    assert [ask(Client(), "0000-0000").status_code for _ in range(2)] == [400, 400]
    response = ask(client, placed.number)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "Too many attempts. Please try again in 60 minutes." in text_of(response)


def test_orders_that_are_found_are_not_counted(client: Client, placed: Order, settings: Settings) -> None:
    settings.SHOP_LOOKUPS_PER_HOUR = 1
    assert [ask(client, placed.number).status_code for _ in range(3)] == [303, 303, 303]


def test_the_footer_leads_guests_here(client: Client, db: None) -> None:
    assert f'href="{FIND}"' in text_of(client.get(FIND))
