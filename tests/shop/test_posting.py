"""What holds for every form of the shop: a POST from one of our pages, and nothing else."""

import pytest
from django.test import Client

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
    assert "This page was too old" in text_of(response)


def test_a_form_from_our_page_is_not(client: Client, line: CartItem, variant: ProductVariant) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    token = strict.get("/cart/").context["csrf_token"]
    sent = {"variant": variant.pk, "quantity": "2", "csrfmiddlewaretoken": str(token)}
    assert strict.post("/cart/add/", sent).status_code == 303


@pytest.mark.parametrize("address", [address for address in ADDRESSES if address not in GETTABLE])
def test_only_a_post_does_anything(client: Client, line: CartItem, address: str) -> None:
    with nothing_changes():
        response = client.get(address.format(line=line.pk))
    assert response.status_code == 405
    assert "POST" in response["Allow"]
    assert "Nothing was changed." in text_of(response)
