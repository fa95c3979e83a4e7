"""Every form with a password in it: who asks for the one of now lets nobody guess, and who sets a new one is counted.

A new page with such a field fails the first test until it stands in one of the tables here.
"""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode
from pytest_django import Settings

import core.redis
from shop.accounts.login_throttle import AT_ONE_ADDRESS
from tests.support.pages import text_of
from tests.support.routes import routes

pytestmark = pytest.mark.django_db

PASSWORD, WRONG, NEW = "a long password", "another one", "quite another password"

# Pages that ask for the password of now, and what they are sent; the password itself is under its field's name.
ASKS: dict[str, tuple[str, dict[str, str]]] = {
    "shop:login": ("password", {"username": "ada"}),
    "admin:login": ("password", {"username": "ada"}),
    "shop:account_email": ("password", {"email": "new@example.com"}),
    "shop:account_delete": ("password", {}),
    "shop:account_password": ("old_password", {"new_password1": NEW, "new_password2": NEW}),
    "admin:password_change": ("old_password", {"new_password1": NEW, "new_password2": NEW}),
}
# Pages that only take a new one.
SETS = {"shop:signup_confirm", "shop:reset_confirm", "admin:auth_user_password_change"}
# Those of strangers: they are counted by network, together, and so is the reset, which leads to one of them.
COUNTED = {"shop:login", "admin:login", "shop:signup", "shop:signup_confirm", "shop:reset", "shop:reset_confirm"}

_FIELD = re.compile(r'<input[^>]*type="password"')
_WAIT = re.compile(r"Too many attempts\. Please try again in \d+")


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", "ada@example.com", PASSWORD)


@pytest.fixture
def clients(ada: User) -> list[Client]:
    """A stranger, somebody with all rights who is logged in, and a customer who may delete the account."""
    stranger, staff, customer = Client(), Client(), Client()
    staff.force_login(ada)
    customer.force_login(User.objects.create_user("bob", "bob@example.com", PASSWORD))
    return [stranger, staff, customer]


def address_of(name: str, user: User) -> str:
    if name == "shop:signup_confirm":
        said = {"email": "eve@example.com", "next": "/"}
        return reverse(name, args=[signing.dumps(said, salt="shop.signup")])
    if name == "shop:reset_confirm":
        uid = urlsafe_base64_encode(str(user.pk).encode())
        return reverse(name, args=[uid, default_token_generator.make_token(user)])
    return reverse(name, args=[user.pk] if name == "admin:auth_user_password_change" else [])


def test_every_page_with_a_password_is_in_a_table(ada: User, clients: list[Client]) -> None:
    found = set()
    for route in routes():
        special = {"shop:reset_confirm", "shop:signup_confirm", "admin:auth_user_password_change"}
        address = address_of(route.name, ada) if route.name in special else route.address
        # The link of an e-mail leads on to the form. Where another page leads has a route of its own.
        pages = [client.get(address, follow=route.name == "shop:reset_confirm") for client in clients]
        texts = (text_of(page) for page in pages if page.get("Content-Type", "").startswith("text/html"))
        if any(_FIELD.search(text) for text in texts):
            found.add(route.name)
    assert found == ASKS.keys() | SETS


def ask(client: Client, name: str, password: str, **more: Any) -> Any:
    field, others = ASKS[name]
    return client.post(reverse(name), others | {field: password}, **more)


@pytest.mark.parametrize("name", sorted(ASKS))
def test_who_asks_for_the_password_lets_nobody_guess(name: str, ada: User) -> None:
    client = Client()
    if name not in COUNTED:
        if name.startswith("shop:"):
            ada.is_staff = ada.is_superuser = False
            ada.save(update_fields=["is_staff", "is_superuser"])
        client.force_login(ada)
    before = (ada.email, User.objects.get().password)
    for _ in range(AT_ONE_ADDRESS.attempts):
        assert not _WAIT.search(text_of(ask(client, name, WRONG)))
    refused = ask(client, name, PASSWORD)
    assert _WAIT.search(text_of(refused))
    assert (User.objects.get().email, User.objects.get().password) == before
    for key in core.redis.client().scan_iter("guess-wait:*"):
        core.redis.client().delete(key)
    assert not _WAIT.search(text_of(ask(client, name, PASSWORD, follow=True)))


def test_guesses_at_the_log_in_and_inside_count_together(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    for name in ("shop:login", "shop:account_email", "admin:password_change", "shop:account_email", "admin:login"):
        ask(client if name not in COUNTED else Client(), name, WRONG)
    assert _WAIT.search(text_of(ask(client, "shop:account_email", PASSWORD)))


# --- A limit of the network, for all that costs a hash


FORMS = {
    "shop:login": {"username": "nobody", "password": WRONG},
    "admin:login": {"username": "nobody", "password": WRONG},
    "shop:signup": {"email": "eve@example.com"},
    "shop:signup_confirm": {"new_password1": NEW, "new_password2": NEW},
    "shop:reset": {"email": "ada@example.com"},
    "shop:reset_confirm": {"new_password1": NEW, "new_password2": NEW},
}


def send(name: str, user: User, client: Client) -> Any:
    address = address_of(name, user)
    if name == "shop:reset_confirm":
        address = client.get(address, follow=True).redirect_chain[-1][0]
    return client.post(address, FORMS[name])


def is_counted_out(response: Any) -> bool:
    return bool(response.status_code == 429 or _WAIT.search(text_of(response)))


@pytest.mark.parametrize("name", sorted(COUNTED))
def test_all_of_them_are_counted_together_before_anything_is_hashed(name: str, ada: User, settings: Settings) -> None:
    settings.SHOP_LOGINS_PER_MINUTE = len(FORMS) - 1
    for other in FORMS.keys() - {name}:
        assert not is_counted_out(send(other, ada, Client())), other
    accounts = list(User.objects.order_by("pk").values())
    settings.PASSWORD_HASHERS = []  # a hash would be an error
    assert is_counted_out(send(name, ada, Client()))
    assert list(User.objects.order_by("pk").values()) == accounts
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    elsewhere = send(name, ada, Client(REMOTE_ADDR="198.51.100.7"))
    assert not is_counted_out(elsewhere)


def test_the_refusal_says_when_to_come_again(settings: Settings) -> None:
    settings.SHOP_LOGINS_PER_MINUTE = 1
    Client().post("/accounts/signup/", {})
    response = Client().post("/accounts/signup/", FORMS["shop:signup"])
    assert 0 < int(response["Retry-After"]) <= 60
    assert "Nothing was changed" in text_of(response)
    assert not User.objects.exists()


def test_nought_is_no_limit(settings: Settings) -> None:
    settings.SHOP_LOGINS_PER_MINUTE = 0
    assert [Client().post("/accounts/signup/", {}).status_code for _ in range(3)] == [200] * 3


def test_redis_keeps_no_address_and_no_account(ada: User, settings: Settings) -> None:
    client = Client(REMOTE_ADDR="192.0.2.9")
    client.post("/accounts/reset/", {"email": "x@example.com"})
    client.force_login(ada)
    client.post("/cart/add/", {"variant": "1"})
    keys = b" ".join(core.redis.client().scan_iter("*")).decode()
    assert {key.split(":")[0] for key in keys.split()} >= {"logins", "letters", "adds"}
    assert "192.0.2" not in keys
    assert f"user:{ada.pk}" not in keys
    assert all(re.fullmatch(r"(logins|letters|adds):[0-9a-f]{40}", key) for key in keys.split())
