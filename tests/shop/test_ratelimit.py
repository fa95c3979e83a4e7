"""Adds a minute, and letters an hour, per client."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

import core.redis
from core.ratelimit import ADDS, client_address, seconds_to_wait
from delivery.models import Delivery
from inventory.models import ProductVariant
from tests.support.pages import Form, MakeUser, form, text_of
from tests.support.shopping import nothing_changes, stock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_a_minute(settings: Settings) -> None:
    settings.SHOP_ADDS_PER_MINUTE = 2


def add_once(client: Client, variant: ProductVariant, **extra: Any) -> int:
    return client.post("/cart/add/", {"variant": variant.pk, "quantity": "1"}, **extra).status_code


def test_the_third_add_of_a_minute_is_refused(client: Client, add_form: Form, variant: ProductVariant) -> None:
    assert [add_once(client, variant) for _ in range(2)] == [303, 303]
    with nothing_changes():
        response = add_form.post(client, quantity="3", next="/")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert "Nothing was added" in text_of(response)
    again = form(response, "/cart/add/").fields
    assert {name: again[name] for name in ("variant", "quantity", "next", "key")} == {
        "variant": str(variant.pk),
        "quantity": "3",
        "next": "/",
        "key": add_form.fields["key"],
    }


def test_machines_are_told_too(client: Client, variant: ProductVariant) -> None:
    for _ in range(2):
        add_once(client, variant)
    response = client.post("/cart/add/", {"variant": variant.pk}, headers={"Accept": "application/json"})
    assert (response.status_code, response.json()["code"]) == (429, "too_many_adds")


def test_a_guest_without_the_cookie_is_still_the_same_client(client: Client, variant: ProductVariant) -> None:
    assert [add_once(Client(), variant) for _ in range(3)] == [303, 303, 429]


def test_addresses_are_counted_apart(client: Client, variant: ProductVariant) -> None:
    for _ in range(3):
        add_once(client, variant)
    assert add_once(client, variant, REMOTE_ADDR="192.0.2.7") == 303


def test_a_user_is_counted_alone_at_any_address(client: Client, variant: ProductVariant, make_user: MakeUser) -> None:
    for _ in range(3):
        add_once(client, variant)
    client.force_login(make_user())
    addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert [add_once(client, variant, REMOTE_ADDR=address) for address in addresses] == [303, 303, 429]


def test_an_ipv6_network_is_one_client(client: Client, variant: ProductVariant) -> None:
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3"]
    assert [add_once(client, variant, REMOTE_ADDR=address) for address in addresses] == [303, 303, 429]
    assert add_once(client, variant, REMOTE_ADDR="2001:db8:0:1::1") == 303
    mapped = ["::ffff:192.0.2.1", "::ffff:192.0.2.2", "192.0.2.1", "192.0.2.1"]
    assert [add_once(client, variant, REMOTE_ADDR=address) for address in mapped] == [303, 303, 303, 429]


def test_clients_without_an_address_are_not_counted_as_one(client: Client, variant: ProductVariant) -> None:
    assert [add_once(client, variant, REMOTE_ADDR="") for _ in range(3)] == [303] * 3


def test_nought_is_no_limit(client: Client, variant: ProductVariant, settings: Settings) -> None:
    settings.SHOP_ADDS_PER_MINUTE = 0
    assert [add_once(client, variant) for _ in range(3)] == [303] * 3


def test_the_minute_ends(client: Client, variant: ProductVariant) -> None:
    """The counter is never left without an end, nor is its end put off by asking again."""
    for _ in range(4):
        add_once(client, variant)
    (name,) = core.redis.client().scan_iter("adds:*")
    assert 0 < core.redis.client().ttl(name) <= 60
    core.redis.client().expire(name, 30)
    assert add_once(client, variant) == 429
    assert 0 < core.redis.client().ttl(name) <= 30
    core.redis.client().expire(name, 0)
    assert add_once(client, variant) == 303


def test_without_redis_adds_go_on(client: Client, variant: ProductVariant, redis_away: None) -> None:
    assert [add_once(client, variant) for _ in range(4)] == [303] * 4
    assert stock(variant) == (6, 4)


def test_counting_costs_no_sql(rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    request = rf.post("/cart/add/")
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        assert [seconds_to_wait(request, ADDS) > 0 for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    rf: RequestFactory, settings: Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.SHOP_TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(rf.post("/cart/add/", headers=headers)) == expected


# --- Letters


def test_a_mailbox_is_not_filled_by_who_forgets_a_password(
    client: Client, make_user: MakeUser, settings: Settings
) -> None:
    settings.SHOP_LETTERS_PER_HOUR = 2
    make_user("ada")
    fields = {"email": "ada@example.com"}
    assert [client.post("/accounts/reset/", fields).status_code for _ in range(2)] == [302, 302]
    letters = Delivery.objects.count()
    response = client.post("/accounts/reset/", fields)
    assert (response.status_code, Delivery.objects.count()) == (429, letters)
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "Nothing was sent" in text_of(response)


def test_nor_are_those_of_strangers_by_who_changes_an_address(
    client: Client, make_user: MakeUser, settings: Settings
) -> None:
    settings.SHOP_LETTERS_PER_HOUR = 2
    client.force_login(make_user("ada"))
    sent = [
        client.post("/account/email/", {"email": f"{who}@example.com", "password": "a long password"}).status_code
        for who in ("bob", "eve", "mallory")
    ]
    assert (sent, Delivery.objects.count()) == ([200, 200, 429], 2)
