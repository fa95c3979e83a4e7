"""What a shopper sees when the database is away, a lock is held too long, or a view raises."""

import re

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from core.errors import Busy
from inventory.models import ProductVariant
from shop.accounts.shoppers import GUEST_COOKIE
from shop.pages.errors import server_error
from tests.support.pages import Form, MakeUser, become_guest, database_away, form, text_of
from tests.support.shopping import stock

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/", "/cart/", "/products/x/", "/accounts/login/"])
@pytest.mark.parametrize("logged_in", [False, True])
def test_without_the_database_pages_ask_to_come_back(
    client: Client, make_user: MakeUser, address: str, logged_in: bool
) -> None:
    become_guest(client)
    if logged_in:
        client.force_login(make_user())
    with database_away():
        response = client.get(address)
    if address != "/accounts/login/" or logged_in:
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert "Please try again in a moment" in text_of(response)
        assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_an_add_can_be_sent_again_when_the_database_is_back(
    client: Client, add_form: Form, variant: ProductVariant
) -> None:
    with database_away():
        response = add_form.post(client, quantity="2")
    assert response.status_code == 503
    again = form(response, "/cart/add/")
    assert again.fields["key"] == add_form.fields["key"]
    assert [again.post(client).status_code for _ in range(2)] == [303, 303]
    assert stock(variant) == (8, 2)


@pytest.mark.django_db(transaction=True)
def test_a_password_is_not_put_into_a_page(client: Client, make_user: MakeUser) -> None:
    make_user("ada")
    with database_away():
        response = client.post("/accounts/login/", {"username": "ada", "password": "a long password"})
    assert response.status_code == 503
    assert "a long password" not in text_of(response)


@pytest.mark.django_db(transaction=True)
def test_machines_are_told_too(client: Client, add_form: Form) -> None:
    with database_away():
        response = add_form.post(client, headers={"Accept": "application/json"})
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError("gone"), 503), (InterfaceError("closed"), 503), (Busy(), 503), (KeyError("bug"), 500)],
)
def test_errors_of_middleware_get_the_same_pages(rf: RequestFactory, error: Exception, status: int) -> None:
    try:
        raise error
    except type(error):
        response = server_error(rf.get("/"))
    assert (response.status_code, "Retry-After" in response) == (status, status == 503)


def test_an_unforeseen_error_has_a_page_that_asks_nothing(client: Client, variant: ProductVariant) -> None:
    """The transaction of this test is broken by the error: any query of the page would fail."""
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inventory_product RENAME TO inventory_lost")
    response = client.get("/")
    assert response.status_code == 500
    page = text_of(response)
    assert "Sorry, that did not work" in page
    assert "inventory_product" not in page


def test_what_is_not_found_leads_on(client: Client) -> None:
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert re.search(r'<a role="button" href="/goods/">', text_of(response))


def test_a_refused_form_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[GUEST_COOKIE] = "x"
    with django_assert_num_queries(0):
        assert strict.post("/cart/add/", {"variant": "1"}).status_code == 403
