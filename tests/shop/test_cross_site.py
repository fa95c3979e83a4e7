"""What another site can make a browser do here: forms without our token are refused, and no address leads away."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.http import url_has_allowed_host_and_scheme

from cart.owners import Owner
from inventory.models import ProductVariant
from tests.support.mailing import link_in_mail
from tests.support.pages import MakeUser
from tests.support.routes import routes
from tests.support.shopping import held

pytestmark = pytest.mark.django_db

# A web hook is called by a machine, and believed for its signature.
WITHOUT_TOKEN = {"shop:payment_hook"}
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "http:///evil.example/",
    "https:evil.example/",
    "/\\evil.example/",
    "/\t/evil.example/",
    " https://evil.example/",
    "\x08//evil.example/",
    "https://testserver@evil.example/",
    "//evil.example\\@testserver/",
    "https://[::1/",
    "javascript:alert(1)",
]


def test_every_form_needs_our_token() -> None:
    """Asked for before anything else, so it does not matter who is logged in."""
    browser = Client(enforce_csrf_checks=True)
    open_ones = {route.key for route in routes() if browser.post(route.address).status_code != 403}
    assert open_ones == WITHOUT_TOKEN


def leads(response: Any) -> str | None:
    return response.get("Location") if 300 <= response.status_code < 400 else None


def stays(location: str) -> bool:
    """Browsers drop these characters, and take a backslash for a slash, before they read an address."""
    read = location.replace("\t", "").replace("\n", "").replace("\r", "").replace("\\", "/").strip()
    return url_has_allowed_host_and_scheme(read, {"testserver"})


@pytest.mark.parametrize("address", ELSEWHERE)
def test_next_leads_nowhere_else(
    client: Client, shopper: Owner, variant: ProductVariant, make_user: MakeUser, address: str
) -> None:
    """By every form of a shopper that may say where to go on, as a field and in the address."""
    line = held(shopper, variant, 2)
    make_user("ada")
    login = {"username": "ada", "password": "a long password"}
    newcomer = {"email": "bob@example.com"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("/cart/add/", {"variant": variant.pk, "quantity": 1}),
        (f"/cart/lines/{line.pk}/", {"quantity": 1}),
        (f"/cart/lines/{line.pk}/retake/", {}),
        ("/cart/keep/", {}),
        ("/cart/retake/", {}),
        (f"/cart/lines/{line.pk}/remove/", {}),
        ("/cart/undo/", {"variant": variant.pk, "quantity": 1}),
        ("/accounts/login/", login),
        ("/accounts/logout/", {}),
        ("/accounts/signup/", newcomer),
    ]
    for path, fields in steps:
        location = leads(client.post(path, fields | {"next": address}, query_params={"next": address}))
        assert location is not None, path
        assert stays(location), path
    chosen = {"new_password1": "quite a password", "new_password2": "quite a password"}
    assert stays(leads(client.post(link_in_mail(), chosen)) or "")


def test_nor_does_that_of_the_back_office() -> None:
    staff = Client()
    User.objects.create_superuser("staff", password="a long password")
    for address in ELSEWHERE:
        login = {"username": "staff", "password": "a long password", "next": address}
        location = leads(staff.post("/admin/login/", login, query_params={"next": address}))
        assert location is not None
        assert stays(location)
        assert stays(leads(staff.get("/admin/login/", {"next": address})) or "/")
        assert stays(leads(staff.post("/admin/logout/", {"next": address})) or "/")


def test_no_route_leads_where_an_address_says(make_user: MakeUser) -> None:
    """For a `next` of a page that is yet to be written."""
    customer = Client()
    customer.force_login(make_user("ada"))
    away = {"next": "https://evil.example/"}
    for route in routes():
        if not route.is_of_back_office:
            for response in (customer.get(route.address, away), customer.post(route.address, away, query_params=away)):
                assert stays(leads(response) or "/")
