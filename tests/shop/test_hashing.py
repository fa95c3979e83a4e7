"""Passwords are hashed a few at a time: pages are served meanwhile, and who comes when it is full is told so."""

import runpy
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client
from pytest_django import Settings

from shop import settings
from shop.accounts import hashing
from shop.accounts.hashing import AT_ONCE, AT_ONCE_OR_WAITING, BoundedHasher, HasherBusy
from tests.support.pages import text_of
from tests.support.processes import REPOSITORY
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"


def hash_once() -> str:
    return BoundedHasher().encode(PASSWORD, "salt", iterations=1)


@contextmanager
def others_at_it(count: int) -> Iterator[Callable[[], None]]:
    """So many others hash, or wait to, until the inside is over or calls what it is given."""
    go_on = Event()

    def hold() -> None:
        with hashing._turn():
            go_on.wait(30)

    with ThreadPoolExecutor(count) as pool, ExitStack() as end:
        end.callback(go_on.set)
        for _ in range(count):
            pool.submit(hold)
        wait_until(lambda: hashing._admitted._value == AT_ONCE_OR_WAITING - count, "all of them are in")
        yield go_on.set


@pytest.fixture
def bounded(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["shop.accounts.hashing.BoundedHasher"]
    monkeypatch.setattr(BoundedHasher, "iterations", 1)


def test_it_is_the_hasher_of_the_shop_and_its_hashes_are_djangos() -> None:
    assert settings.PASSWORD_HASHERS == ["shop.accounts.hashing.BoundedHasher"]
    assert BoundedHasher().encode(PASSWORD, "salt") == PBKDF2PasswordHasher().encode(PASSWORD, "salt")
    assert BoundedHasher().verify(PASSWORD, PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1))


def test_one_more_waits_for_its_turn_and_the_next_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "WAIT_SECONDS", 30.0)
    with ThreadPoolExecutor(1) as pool, others_at_it(AT_ONCE) as let_go:
        waits = pool.submit(hash_once)
        wait_until(lambda: hashing._admitted._value == 0, "it waits")
        assert not waits.done()
        with pytest.raises(HasherBusy):
            hash_once()
        let_go()
        assert waits.result(30) == PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1)


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "WAIT_SECONDS", 0.05)
    with others_at_it(AT_ONCE), pytest.raises(HasherBusy):
        hash_once()


def test_turns_are_given_back_whatever_happens() -> None:
    for _ in range(AT_ONCE_OR_WAITING + 1):
        with pytest.raises(ValueError, match="salt must be provided"):
            BoundedHasher().encode(PASSWORD, "")
    assert hash_once()


def test_a_thread_of_the_web_is_always_left_for_pages() -> None:
    assert runpy.run_path(str(REPOSITORY / "gunicorn.conf.py"))["threads"] > AT_ONCE_OR_WAITING


SIGNUP = f"/accounts/signup/{signing.dumps({'email': 'eve@example.com', 'next': '/'}, salt='shop.signup')}/"


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/accounts/login/", {"username": "ada", "password": PASSWORD}),
        ("/admin/login/", {"username": "ada", "password": PASSWORD}),
        ("/accounts/login/", {"username": "nobody", "password": PASSWORD}),
        (SIGNUP, {"new_password1": PASSWORD, "new_password2": PASSWORD}),
    ],
)
def test_who_comes_when_it_is_full_is_told_and_pages_are_served(address: str, fields: dict[str, str]) -> None:
    User.objects.create_superuser("ada", password=PASSWORD)
    with others_at_it(AT_ONCE_OR_WAITING):
        response = Client().post(address, fields)
        assert (response.status_code, response["Retry-After"]) == (503, "3")
        assert "Nothing was changed; please try again" in text_of(response)
        assert PASSWORD not in text_of(response)
        assert Client().get("/").status_code == 200
        machine = Client().post(address, fields, headers={"Accept": "application/json"})
        assert (machine.status_code, machine.json()["code"]) == (503, "busy")
    assert not User.objects.filter(email="eve@example.com").exists()


@pytest.mark.usefixtures("bounded")
def test_inside_an_account_too(client: Client) -> None:
    ada = User.objects.create_user("ada", password=PASSWORD)
    client.force_login(ada)
    with others_at_it(AT_ONCE_OR_WAITING):
        assert client.post("/account/delete/", {"password": PASSWORD}).status_code == 503
    assert User.objects.filter(pk=ada.pk).exists()
