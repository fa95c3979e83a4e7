"""Where shoppers come by https: what leads to it, what browsers remember, which cookies travel, whose word counts."""

from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from inventory.models import ProductVariant
from tests.support.pages import MakeUser
from tests.support.processes import start_web
from tools.local.server import free_port

pytestmark = pytest.mark.django_db

BY_PROXY = {"X-Forwarded-Proto": "https"}


@pytest.fixture
def https(settings: Settings) -> Settings:
    """As COOKIES_SECURE=true sets it, with one proxy."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.GUEST_COOKIE_SECURE = True
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return settings


def test_what_is_asked_for_without_it_leads_to_it(https: Settings, client: Client) -> None:
    answer: Any = client.get("/cart/?a=1")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/cart/?a=1")
    assert client.get("/cart/", headers=BY_PROXY).status_code == 200


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_who_watches_over_the_process_asks_without_it(https: Settings, client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_browsers_remember_it_for_a_year(https: Settings, client: Client) -> None:
    assert client.get("/", headers=BY_PROXY)["Strict-Transport-Security"] == "max-age=31536000"


def test_the_word_of_a_client_counts_for_nothing(https: Settings, client: Client) -> None:
    https.SECURE_PROXY_SSL_HEADER = None
    assert client.get("/", headers=BY_PROXY).status_code == 301


def test_nobody_is_trusted_unless_the_settings_say_so() -> None:
    assert django_settings.SHOP_TRUSTED_PROXIES == 0
    assert django_settings.SECURE_PROXY_SSL_HEADER is None


def test_every_cookie_is_kept_from_scripts_other_sites_and_the_clear(
    https: Settings, client: Client, variant: ProductVariant, make_user: MakeUser
) -> None:
    """That of the guest, of the form token, of what is said once, and of who is logged in."""
    make_user("ada")
    client.get(variant.product.get_absolute_url(), headers=BY_PROXY)
    client.post("/cart/add/", {"variant": variant.pk, "quantity": 1}, headers=BY_PROXY)
    client.post("/accounts/login/", {"username": "ada", "password": "a long password"}, headers=BY_PROXY)
    assert set(client.cookies) == {"guest", "csrftoken", "messages", "sessionid"}
    for name, cookie in client.cookies.items():
        if cookie.value:
            assert (name, cookie["secure"], cookie["httponly"], cookie["samesite"]) == (name, True, True, "Lax")


@pytest.mark.django_db(transaction=True)
def test_gunicorn_leaves_it_to_the_settings_whose_word_counts(tmp_path: Path) -> None:
    """By itself it believes whoever connects from the same machine."""
    port = free_port()
    web = start_web(tmp_path, port, COOKIES_SECURE="true")
    try:
        web.ready()
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/", headers=BY_PROXY)
        answer = connection.getresponse()
        assert (answer.status, urlsplit(answer.getheader("Location") or "").scheme) == (301, "https")
        connection.close()
    finally:
        web.teardown()
