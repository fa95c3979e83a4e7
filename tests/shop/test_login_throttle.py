"""The login throttle slows guesses down in the shop and in the back office; another's guesses lock nobody out."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

import core.redis
from shop.accounts.login_throttle import AT_ONE_ADDRESS, OVER_ALL, Limit, forget, seconds_to_wait

pytestmark = pytest.mark.django_db

PASSWORD, WRONG = "a long password", "another one"
LOGIN_PAGES = ["/accounts/login/", "/admin/login/"]
WAIT = re.compile(r"Too many attempts\. Please try again in (\d+) (second|minute)")


@pytest.fixture(autouse=True)
def ada() -> User:
    return User.objects.create_superuser("ada", password=PASSWORD)


def attempt(page: str, name: str = "ada", password: str = WRONG, address: str = "192.0.2.1") -> Any:
    return Client(REMOTE_ADDR=address).post(page, {"username": name, "password": password})


def guess(times: int, **how: Any) -> list[bool]:
    """Attempts at the shop's log-in page; whether each had its password looked at."""
    return [not WAIT.search(attempt(LOGIN_PAGES[0], **how).content.decode()) for _ in range(times)]


def is_in(answer: Any) -> bool:
    return bool(answer.status_code == 302)


def end_waits() -> None:
    """As if the waits were over; what was counted stays."""
    for key in core.redis.client().scan_iter("guess-wait:*"):
        core.redis.client().delete(key)


def waits() -> list[int]:
    return sorted(core.redis.client().ttl(key) for key in core.redis.client().scan_iter("guess-wait:*"))


@pytest.mark.parametrize("page", LOGIN_PAGES)
def test_after_five_guesses_the_right_password_has_to_wait_too(page: str) -> None:
    for _ in range(AT_ONE_ADDRESS.attempts):
        assert not WAIT.search(attempt(page).content.decode())
    told = WAIT.search(attempt(page, password=PASSWORD).content.decode())
    assert told
    assert 0 < int(told[1]) <= AT_ONE_ADDRESS.first
    end_waits()
    assert is_in(attempt(page, password=PASSWORD))


def test_both_doors_count_together() -> None:
    for number in range(AT_ONE_ADDRESS.attempts):
        attempt(LOGIN_PAGES[number % 2])
    assert all(WAIT.search(attempt(page).content.decode()) for page in LOGIN_PAGES)


def test_each_wait_is_twice_the_one_before_up_to_the_longest() -> None:
    guess(AT_ONE_ADDRESS.attempts)
    seen = []
    for _ in range(8):
        seen += waits()
        end_waits()
        guess(1)
    doubled = [15, 30, 60, 120, 240, 480, 900, 900]
    assert [expected - 10 < left <= expected for expected, left in zip(doubled, seen, strict=True)] == [True] * 8


def test_trying_too_soon_makes_the_wait_no_longer() -> None:
    guess(AT_ONE_ADDRESS.attempts)
    assert guess(3) == [False] * 3
    assert len(waits()) == 1
    assert waits()[0] <= AT_ONE_ADDRESS.first


def test_success_clears() -> None:
    for _ in range(3):
        assert guess(AT_ONE_ADDRESS.attempts - 1) == [True] * 4
        assert is_in(attempt(LOGIN_PAGES[0], password=PASSWORD))


def test_nobody_else_behind_the_same_address_has_to_wait() -> None:
    User.objects.create_user("bob", password=PASSWORD)
    guess(20)
    assert is_in(attempt(LOGIN_PAGES[0], name="bob", password=PASSWORD))


def test_the_owner_elsewhere_does_not_have_to_wait() -> None:
    guess(20)
    assert is_in(attempt(LOGIN_PAGES[0], password=PASSWORD, address="198.51.100.7"))


@pytest.fixture
def a_long_wait_over_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second would be over before a busy machine has made the next attempt."""
    monkeypatch.setattr("shop.accounts.login_throttle.OVER_ALL", Limit(attempts=OVER_ALL.attempts, first=600, most=600))


@pytest.mark.usefixtures("a_long_wait_over_all")
def test_guesses_from_many_addresses_are_slowed_down_over_all() -> None:
    looked_at = [guess(1, address=f"198.51.100.{number}")[0] for number in range(30)]
    assert looked_at == [True] * OVER_ALL.attempts + [False] * 10


def test_the_wait_over_all_is_a_minute_at_most_and_below_a_hundred_attempts_an_hour() -> None:
    hour, attempts, wait = 3600.0, OVER_ALL.attempts, float(OVER_ALL.first)
    while hour > 0:
        hour, attempts, wait = hour - wait, attempts + 1, min(wait * 2, OVER_ALL.most)
    assert attempts <= 100


@pytest.mark.usefixtures("a_long_wait_over_all")
def test_whoever_guesses_elsewhere_does_not_keep_the_owner_out() -> None:
    assert is_in(attempt(LOGIN_PAGES[0], password=PASSWORD))
    for number in range(OVER_ALL.attempts + 5):
        guess(1, address=f"198.51.100.{number}")
    assert is_in(attempt(LOGIN_PAGES[0], password=PASSWORD))
    assert not is_in(attempt(LOGIN_PAGES[0], password=WRONG))


def test_an_account_that_does_not_exist_is_answered_alike() -> None:
    nobody, somebody = (
        [attempt(LOGIN_PAGES[0], name=name).content.decode() for _ in range(7)] for name in ("eve", "ada")
    )
    blank = re.compile(r"eve|ada|csrfmiddlewaretoken\" value=\"\w+|\d+ second|nonce=\"\w+")
    assert [blank.sub("", page) for page in nobody] == [blank.sub("", page) for page in somebody]


def test_the_case_of_a_name_makes_no_other_account() -> None:
    names = ["ada", "Ada", "ADA", "aDa", "adA", "ADa"]
    assert [guess(1, name=name)[0] for name in names] == [True] * 5 + [False]


def test_an_account_is_counted_once_by_name_and_by_e_mail_address(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(email="ada@example.com")
    typed = ["ada", "ada@example.com", "ADA@example.com", "Ada", "Ada@Example.com"]
    assert [guess(1, name=name)[0] for name in typed] == [True] * AT_ONE_ADDRESS.attempts
    assert [guess(1, name=name)[0] for name in typed] == [False] * len(typed)
    end_waits()
    assert is_in(attempt(LOGIN_PAGES[1], name="ada@example.com", password=PASSWORD))
    assert guess(AT_ONE_ADDRESS.attempts) == [True] * AT_ONE_ADDRESS.attempts  # a right password clears the count


def test_an_empty_form_is_not_counted() -> None:
    for _ in range(10):
        attempt(LOGIN_PAGES[0], password="")
    assert not list(core.redis.client().scan_iter("guess*"))


@pytest.mark.usefixtures("a_long_wait_over_all")
def test_clients_without_an_address_have_only_the_wait_over_all() -> None:
    assert guess(OVER_ALL.attempts + 1, address="") == [True] * OVER_ALL.attempts + [False]
    core.redis.client().flushall()
    assert is_in(attempt(LOGIN_PAGES[0], password=PASSWORD, address=""))
    assert not list(core.redis.client().scan_iter("login-known:*"))


def test_redis_keeps_no_name_and_no_address() -> None:
    """By a name that no hexadecimal digest can spell."""
    User.objects.create_user("lovelace", password=PASSWORD)
    guess(AT_ONE_ADDRESS.attempts, name="lovelace")
    attempt(LOGIN_PAGES[0], name="lovelace", password=PASSWORD, address="198.51.100.7")
    keys = b" ".join(core.redis.client().scan_iter("*")).decode()
    assert keys
    assert "lovelace" not in keys
    assert "192.0.2" not in keys


def test_what_is_counted_is_forgotten_in_time() -> None:
    guess(AT_ONE_ADDRESS.attempts)
    assert all(core.redis.client().ttl(key) > 0 for key in core.redis.client().scan_iter("*"))


def test_counting_costs_no_sql(rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    request = rf.post("/accounts/login/")
    with django_assert_num_queries(0):
        assert [seconds_to_wait(request, "ada") > 0 for _ in range(6)] == [False] * 5 + [True]
        forget(request, "ada")
        assert seconds_to_wait(request, "ada") == 0


@pytest.mark.parametrize("page", LOGIN_PAGES)
def test_without_redis_people_log_in(redis_away: None, page: str) -> None:
    for _ in range(AT_ONE_ADDRESS.attempts + 1):
        attempt(page)
    assert is_in(attempt(page, password=PASSWORD))
