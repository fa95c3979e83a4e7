"""What browsers are told with every answer: of every route, of files, and of every error page."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from shop.accounts.shoppers import GUEST_COOKIE
from shop.csp import BACK_OFFICE, CSP, PLAIN_STYLE, BrowserPolicyMiddleware, header, shop_policy
from shop.urls import handler500 as handler500
from shop.urls import urlpatterns as of_the_shop
from tests.support.routes import routes

pytestmark = pytest.mark.django_db

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SHOP = header(shop_policy())


def said(response: Any) -> dict[str, str]:
    return {name: response.headers.get(name, "nothing") for name in EVERYWHERE}


# --- Every answer


def test_every_route_says_what_browsers_may_do(client: Client) -> None:
    """What it answers with (a page, a redirect to the log-in, that there is no such thing) is no matter here."""
    wrong = {}
    for route in routes():
        response: Any = client.get(route.address)
        policy = header(BACK_OFFICE) if route.is_of_back_office else SHOP
        if (said(response), response.headers.get(CSP)) != (EVERYWHERE, policy):
            wrong[route.address] = response.headers
    assert wrong == {}


def test_the_first_page_of_the_back_office_says_it(client: Client) -> None:
    client.force_login(User.objects.create_superuser("staff"))
    response = client.get("/admin/")
    assert (response.status_code, response.headers[CSP], said(response)) == (200, header(BACK_OFFICE), EVERYWHERE)


def test_the_shops_policy_lets_nothing_in() -> None:
    """As it is sent, so that a change of it is a change of this line."""
    style = SHOP.split("'sha256-")[1].split("'")[0]
    expected = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self'; style-src 'self' 'sha256-{style}'"
    )
    assert expected == SHOP


def test_the_back_office_runs_no_script_of_a_pages_own_text() -> None:
    assert BACK_OFFICE["script-src"] == "'self' 'unsafe-eval'"
    assert BACK_OFFICE["default-src"] == "'self'"
    assert BACK_OFFICE["frame-ancestors"] == "'none'"


def test_files_say_it_too(client: Client) -> None:
    response: Any = client.get("/static/shop/mark.svg")
    response.close()
    assert (response.status_code, response[CSP]) == (200, SHOP)
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_style_of_pages_that_stand_alone_is_the_one_that_is_allowed(client: Client) -> None:
    response = client.get("/cart/add/")  # the page for a wrong method
    assert f"<style>{PLAIN_STYLE.read_text()}</style>" in response.content.decode()


# --- Error pages


def a_bug(request: HttpRequest) -> HttpResponse:
    raise KeyError("a bug")


def no_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("gone")


urlpatterns = [*of_the_shop, path("a-bug/", a_bug), path("no-database/", no_database)]


def ask(status: int, client: Client) -> Any:
    """Some request that ends in this error."""
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if status == 403:
        strict.cookies[GUEST_COOKIE] = "x"
        return strict.post("/cart/add/", {"variant": "1"})
    address = {400: "/", 404: "/nothing/", 405: "/cart/add/", 500: "/a-bug/", 503: "/no-database/"}[status]
    return strict.get(address, headers={"Host": "evil.example"} if status == 400 else {})


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 503])
def test_error_pages_say_it_too(client: Client, status: int) -> None:
    response = ask(status, client)
    assert (response.status_code, response[CSP], said(response)) == (status, SHOP, EVERYWHERE)


# --- What has a policy of its own


def test_a_view_keeps_the_policy_that_it_sets(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.resolver_match = None

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={CSP: "default-src 'none'"})

    assert BrowserPolicyMiddleware(view)(request)[CSP] == "default-src 'none'"
