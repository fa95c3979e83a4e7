"""What browsers may cache, and what each page costs the database."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cart.owners import Owner
from inventory.categories import ensure_categories
from inventory.models import ProductVariant
from tests.support.pages import MakeUser, text_of
from tests.support.shopping import add

pytestmark = pytest.mark.django_db

GOODS = ["/", "/goods/?q=product", "/c/kitchen/", "/cart/"]
LAW = ["/legal/imprint/", "/legal/privacy/", "/legal/terms/"]
FORMS = ["/accounts/login/", "/accounts/signup/", "/accounts/reset/", "/accounts/reset/sent/"]
ACCOUNT = ["/account/", "/account/email/", "/account/delete/", "/account/data.json"]


@pytest.fixture
def ada(client: Client, make_user: MakeUser, variant: ProductVariant) -> Client:
    """A customer who is logged in, with something in the cart."""
    user = make_user("ada")
    add(Owner(user_id=user.pk), variant)
    client.force_login(user)
    return client


@pytest.mark.parametrize("address", [*GOODS, *FORMS])
def test_a_page_with_a_form_is_not_stored(
    client: Client, shopper: Owner, variant: ProductVariant, address: str
) -> None:
    ensure_categories()
    add(shopper, variant)
    for page in (address, variant.product.get_absolute_url()):
        response = client.get(page)
        assert "no-store" in response["Cache-Control"]
        assert "ETag" not in response.headers


@pytest.mark.parametrize("address", [*LAW, *ACCOUNT])
def test_no_page_of_a_customer_is_stored(ada: Client, address: str) -> None:
    response = ada.get(address)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("address", LAW)
def test_a_page_without_a_form_is_sent_once(client: Client, address: str) -> None:
    response = client.get(address)
    assert 'method="post"' not in text_of(response)
    assert response["Cache-Control"] == "private, no-cache"
    assert client.get(address, headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_but_anew_when_the_cart_on_it_has_changed(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    before = client.get("/legal/terms/")
    add(shopper, variant)
    assert client.get("/legal/terms/", headers={"If-None-Match": before["ETag"]}).status_code == 200


@pytest.mark.parametrize("address", [*GOODS, *LAW, "/account/", "/account/email/", "/account/delete/", "/nothing/"])
def test_no_page_needs_more_than_six_statements(ada: Client, variant: ProductVariant, address: str) -> None:
    """1: the session. 2: the user. 3: the header's cart. 4 to 6: what the page is about; see its own tests."""
    ensure_categories()
    for page in (address, variant.product.get_absolute_url()):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            ada.get(page)
        assert len(asked) <= 6, [query["sql"] for query in asked]
