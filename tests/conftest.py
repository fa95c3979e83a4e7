"""Fixtures of all tests: goods, shoppers, and real worker and web processes that use the test's servers."""

import math
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest
import zeal.constants
import zeal.patch
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.signals import got_request_exception
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from pytest_celery import CeleryTestWorker

import core.redis
from cart.owners import Owner
from core.celery import app
from inventory.models import Product, ProductVariant, StockMovement
from inventory.services import move_stock
from pages.selectors import Shown, remember
from tests.support.cleaning import clean_up_quickly
from tests.support.databases import on_its_own_connection
from tests.support.processes import LocalProcess, start_web, start_worker
from tools.local.server import free_port

pytest_plugins = ["tests.support.effects"]
hypothesis.settings.register_profile("shop", deadline=None)  # on a busy machine an example may take long
hypothesis.settings.load_profile("shop")

MakeVariant = Callable[..., ProductVariant]
AtTheSeam = Callable[[str, Callable[[], object]], None]

_LONGEST_WAITS = {"lock_timeout": 30, "statement_timeout": 90, "idle_in_transaction_session_timeout": 90}  # seconds
_DATABASE = {"db", "transactional_db"}
# Their tests start processes, or a browser.
_NEVER_PURE = ("browser", "docker", "faults", "machine", "storms")
_TWICE = ("sessions.Session", "auth.User", "contenttypes.ContentType")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Run tests of containers, which need an engine, only if they are named on the command line.

    A run of pure tests does not load the folders that have none.
    """
    if collection_path.parent != Path(__file__).parent:
        return None
    asked_for = any("tests/docker" in argument for argument in config.args)
    if collection_path.name == "docker" and not asked_for:
        return True
    return True if config.option.markexpr == "pure" and collection_path.name in _NEVER_PURE else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark tests that need no server as pure: they use no database and are not marked as using a server."""
    fixtures = set(getattr(item, "fixturenames", ()))
    reaches = fixtures & _DATABASE or any(item.iter_markers("django_db")) or any(item.iter_markers("servers"))
    if not reaches and item.path.relative_to(Path(__file__).parent).parts[0] not in _NEVER_PURE:
        item.add_marker(pytest.mark.pure)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Give the tests' own sessions long time-outs, since they create shops and databases on slow machines.

    A session that hangs still ends. Tests of a request's time-outs set them, or start a web process.
    """
    options = django_settings.DATABASES["default"].get("OPTIONS", {})
    if "options" in options:
        options["options"] += "".join(f" -c {name}={seconds}s" for name, seconds in _LONGEST_WAITS.items())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Clean up after tests as `tests.support.cleaning` does."""
    with django_db_blocker.unblock():
        clean_up_quickly()
    yield
    with django_db_blocker.unblock():
        end_other_sessions()


def end_other_sessions() -> None:
    """End what is still in the tests' database beside ours, so that it can be dropped.

    A process that a test has killed may leave a moment later. A thread of the live server keeps its session for as long
    as a browser keeps the connection that it serves.
    """
    with connection.cursor() as cursor:
        cursor.execute(_END_OTHER_SESSIONS)


_END_OTHER_SESSIONS = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Use a fast hash: the real one would take most of the time of tests that create users."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def watched_requests() -> Iterator[None]:
    """Raise an error for each request to this process, also from a browser, with N+1 queries (django-zeal).

    The product's settings do not know it. It is installed before any live server reads the settings.
    """
    zeal.constants.initialize_app_registry()
    zeal.patch.patch()
    watched = ["zeal.middleware.zeal_middleware", *django_settings.MIDDLEWARE]
    # Django's log-out gets the session's row to read it and again to delete it. The page of a user gets two users: the
    # one who asks and the one shown. The process caches content types.
    twice = [{"model": name, "field": "get()"} for name in _TWICE]
    with override_settings(MIDDLEWARE=watched, ZEAL_ALLOWLIST=twice):
        yield


@pytest.fixture(autouse=True)
def no_n_plus_one() -> Iterator[None]:
    """Fail the test also if the N+1 error only led to an error page, as in a browser."""
    seen: list[str] = []

    def note(**_: object) -> None:
        if isinstance(error := sys.exc_info()[1], zeal.NPlusOneError):
            seen.append(str(error))

    got_request_exception.connect(note)
    yield
    got_request_exception.disconnect(note)
    assert seen == []


@pytest.fixture(autouse=True)
def empty_redis(request: pytest.FixtureRequest) -> None:
    """Delete wake-ups, messages and the breaker's silence of the previous test."""
    core.redis._silent_until = 0.0
    if not any(request.node.iter_markers("pure")):
        core.redis.client().flushall()


@pytest.fixture(autouse=True)
def no_pages_of_the_owner() -> None:
    """This process remembers that the owner has written nothing, so that no page of a test reads it anew.

    A test about it calls `remember(read_shown())` once its rows are there.
    """
    remember(Shown(), seconds=math.inf)


@pytest.fixture(autouse=True)
def no_server_for_pure_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a pure test that connects to Redis or another address. pytest-django refuses the database."""
    if any(request.node.iter_markers("pure")):
        core.redis.client().connection_pool.disconnect()
        monkeypatch.setattr(socket.socket, "connect", _refused)


def _refused(connecting: socket.socket, address: object) -> NoReturn:
    connecting.close()
    raise AssertionError(f"a pure test reaches {address}: let it be marked `servers`")


@pytest.fixture
def make_variant(db: None) -> MakeVariant:
    """Make an active variant with this many units on hand, by a stock movement as everywhere else.

    Numbers and names are the same in each run and sort in the order of creation. Random ones would now and then form a
    word or a number, and sort differently each time.
    """
    numbers = (f"T{number:05}" for number in count(1))

    def make(stock: int = 10, *, price: str = "2.50", threshold: int = 0, **columns: object) -> ProductVariant:
        number = next(numbers)
        product = Product.objects.create(number=number, name=f"Product {number}", slug=f"product-{number}")
        variant = ProductVariant.objects.create(
            product=product,
            sku=f"{number}A",
            name="Standard",
            price=Decimal(price),
            low_stock_threshold=threshold,
            **columns,
        )
        if stock:
            move_stock(variant_id=variant.pk, delta=stock, kind=StockMovement.Kind.OPENING, reason="Opening stock")
        variant.refresh_from_db()
        return variant

    return make


@pytest.fixture
def variant(make_variant: MakeVariant) -> ProductVariant:
    """A variant with ten units."""
    return make_variant()


@pytest.fixture
def one_day() -> None:
    """The shop's day does not end during the test. In the day's last minute the test waits for the next day."""
    while timezone.localdate(timezone.now() + timedelta(minutes=1)) != timezone.localdate():
        time.sleep(1)  # until the clock has passed midnight


@pytest.fixture
def guest() -> Owner:
    """A guest who has no cart yet."""
    return Owner(guest_token=uuid.uuid4())


@pytest.fixture
def make_user(db: None) -> Callable[[str], User]:
    """Make a customer of this name."""

    def make(name: str = "ada") -> User:
        return User.objects.create_user(name, f"{name}@example.com", "a long password")

    return make


@pytest.fixture
def at_the_seam(monkeypatch: pytest.MonkeyPatch) -> AtTheSeam:
    """Let another session act and commit just before the first call of a function ("module.name")."""

    def arrange(name: str, act: Callable[[], object]) -> None:
        module, function = name.rsplit(".", 1)
        locks: Any = getattr(__import__(module, fromlist=[function]), function)

        def after_the_rival(*args: object, **words: object) -> object:
            monkeypatch.undo()
            thread = threading.Thread(target=on_its_own_connection, args=(act,))
            thread.start()
            thread.join(30)
            assert not thread.is_alive()
            return locks(*args, **words)

        monkeypatch.setattr(name, after_the_rival)

    return arrange


@pytest.fixture
def celery_worker(transactional_db: None, tmp_path: Path) -> Iterator[CeleryTestWorker]:
    """A real worker process that uses the test's database and broker."""
    node = CeleryTestWorker(start_worker(tmp_path), app)
    node.ready()
    yield node
    node.teardown()


@pytest.fixture
def serve(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Serve the shop under gunicorn with the test's database and broker. Returns its URL."""
    processes: list[LocalProcess] = []

    def start(application: str = "shop.wsgi") -> str:
        port = free_port()
        processes.append(start_web(tmp_path, port, application=application))
        processes[-1].ready()
        return f"http://127.0.0.1:{port}"

    yield start
    for process in processes:
        process.teardown()
