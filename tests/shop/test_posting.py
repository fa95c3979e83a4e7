"""What holds for every form of the shop: a POST from one of our pages, and nothing else."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.support.pages import text_of
from tests.support.shopping import held, nothing_changes

pytestmark = pytest.mark.django_db

ADDRESSES = [
    "/cart/add/",
    "/cart/undo/",
    "/cart/keep/",
    "/cart/retake/",
    "/cart/lines/{line}/",
    "/cart/lines/{line}/remove/",
    "/cart/lines/{line}/retake/",
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/signup/",
]
GETTABLE = {"/accounts/login/", "/accounts/signup/"}


@pytest.fixture
def line(shopper: Owner, variant: ProductVariant) -> CartItem:
    return held(shopper, variant)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_form_from_elsewhere_is_refused(
    client: Client, line: CartItem, variant: ProductVariant, address: str
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    with nothing_changes():
        response = strict.post(address.format(line=line.pk), {"variant": variant.pk, "quantity": "2"})
    assert response.status_code == 403
    assert "Nothing was changed." in text_of(response)


def test_a_form_from_our_page_is_not(client: Client, line: CartItem, variant: ProductVariant) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    token = strict.get("/cart/").context["csrf_token"]
    sent = {"variant": variant.pk, "quantity": "2", "csrfmiddlewaretoken": str(token)}
    assert strict.post("/cart/add/", sent).status_code == 303


NO_COOKIE = ("no_cookie", "Your browser does not keep our cookie.", "Please allow cookies")
TOO_OLD = ("too_old", "This page was too old.", "You have logged in or out since it was opened")
NO_TOKEN = ("no_token", "That form was not complete.", "Open the page again")
OTHER_SITE = ("other_site", "That form was not on our pages.", "Open the page again")
PAGE = "http://testserver/products/a-mug/"


@pytest.mark.parametrize(
    ("cookie", "token", "origin", "said"),
    [
        ("", "a" * 32, "http://testserver", NO_COOKIE),
        ("", "", "http://testserver", NO_COOKIE),
        ("b" * 32, "a" * 32, "http://testserver", TOO_OLD),
        ("b" * 32, "x", "http://testserver", TOO_OLD),
        ("b" * 32, "", "http://testserver", NO_TOKEN),
        ("b" * 32, "b" * 32, "https://evil.example", OTHER_SITE),
    ],
)
@pytest.mark.parametrize("address", ["/cart/add/", "/accounts/login/", "/admin/login/"])
def test_each_cause_of_a_refused_form_is_told_apart(
    cookie: str, token: str, origin: str, said: tuple[str, str, str], address: str
) -> None:
    strict = Client(enforce_csrf_checks=True)
    if cookie:
        strict.cookies["csrftoken"] = cookie
    fields = {"csrfmiddlewaretoken": token} if token else {}
    headers = {"Origin": origin, "Referer": PAGE}
    page, partial, machine = (
        strict.post(address, fields, headers=headers | more)
        for more in ({}, {"HX-Request": "true", "HX-Current-URL": PAGE}, {"Accept": "application/json"})
    )
    code, title, text = said
    assert {page.status_code, partial.status_code, machine.status_code} == {403}
    assert f"<h1>{title}</h1>" in text_of(page)
    assert text in text_of(page)
    assert f'href="{PAGE}">Open that page again</a>' in text_of(page)
    assert (partial["HX-Reswap"], "<html" in text_of(partial)) == ("none", False)
    assert f"<strong>{title}</strong>" in text_of(partial)
    assert f'href="{PAGE}">Open this page again</a>' in text_of(partial)
    assert machine.json()["code"] == code


def test_without_our_cookie_the_page_has_the_header_and_says_what_to_do(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        page = text_of(Client(enforce_csrf_checks=True).post("/cart/add/"))
    assert 'class="site-header"' in page
    assert "How to allow it" in page


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_refused_form_leads_back_to_no_other_site(page: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    for headers in ({"Referer": page}, {"HX-Request": "true", "HX-Current-URL": page}):
        assert f'href="{page}"' not in text_of(strict.post("/cart/add/", headers=headers))


@pytest.mark.parametrize("address", [address for address in ADDRESSES if address not in GETTABLE])
def test_only_a_post_does_anything(client: Client, line: CartItem, address: str) -> None:
    with nothing_changes():
        response = client.get(address.format(line=line.pk))
    assert response.status_code == 405
    assert "POST" in response["Allow"]
    assert "Nothing was changed." in text_of(response)
