"""System checks: each says what is wrong and what to do, and is silent about the settings as they are."""

import subprocess
import sys
from typing import Any

import pytest
from django.core import checks
from django.core.checks import CheckMessage
from django.db import connection
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from pytest_django.fixtures import Settings

from core.celery import app
from tests.support import processes

pytestmark = pytest.mark.django_db(transaction=True)


def complaints(**options: Any) -> list[CheckMessage]:
    """What all registered checks say of this shop, of its own things only."""
    return [message for message in checks.run_checks(**options) if str(message.id).startswith("shop.")]


def ids(**options: Any) -> list[str | None]:
    return [message.id for message in complaints(**options)]


def of_database() -> list[CheckMessage]:
    return complaints(databases=["default"])


def test_the_settings_as_they_are_pass() -> None:
    assert complaints() == []
    assert of_database() == []


# --- The isolation level


@pytest.mark.parametrize("level", [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE])
def test_another_isolation_level_is_refused(level: IsolationLevel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "isolation_level", level)
    assert ids() == ["shop.E001"]


def test_read_committed_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "isolation_level", IsolationLevel.READ_COMMITTED)
    assert ids() == []


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_another_default_of_the_server_is_refused(level: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_isolation = %s", [level])
        (complaint,) = of_database()
        cursor.execute("RESET default_transaction_isolation")
    assert (complaint.id, level.upper() in complaint.msg) == ("shop.E005", True)
    assert "SET default_transaction_isolation = 'read committed';" in str(complaint.hint)


# --- Transactions and tasks


def test_atomic_requests_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    assert ids() == ["shop.E002"]


def test_eager_tasks_are_refused(settings: Settings) -> None:
    app.conf.task_always_eager = True
    try:
        assert ids() == ["shop.E003"]
    finally:
        app.conf.task_always_eager = False
    settings.CELERY_TASK_ALWAYS_EAGER = True
    assert ids() == ["shop.E003"]


# --- Time-outs


def test_a_session_without_time_outs_is_warned_about() -> None:
    """What a pooler that drops start-up options leads to."""
    with connection.cursor() as cursor:
        for name in ("lock_timeout", "statement_timeout"):
            cursor.execute(f"SET {name} = 0")
        (complaint,) = of_database()
        for name in ("lock_timeout", "statement_timeout"):
            cursor.execute(f"RESET {name}")
    assert (complaint.id, complaint.level) == ("shop.W001", checks.WARNING)
    assert "have no lock_timeout, statement_timeout" in complaint.msg
    role = connection.settings_dict["USER"]
    assert f"ALTER ROLE \"{role}\" SET lock_timeout = '3000ms';" in str(complaint.hint)
    assert f"ALTER ROLE \"{role}\" SET statement_timeout = '5000ms';" in str(complaint.hint)


def test_the_statements_of_the_hint_are_what_it_takes() -> None:
    """Each of them runs as it is printed."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        (complaint,) = of_database()
        statement = str(complaint.hint).split(" Or, ")[0]
        cursor.execute(statement)
        cursor.execute("RESET lock_timeout")
        cursor.execute("SELECT setconfig FROM pg_db_role_setting")
        assert "lock_timeout=3000ms" in cursor.fetchone()[0]
        cursor.execute(statement.split(" SET ")[0] + " RESET lock_timeout")


def run_check(*options: str, **env: str) -> tuple[int, str]:
    """`manage.py check` as a person runs it: exit code and what it says."""
    run = subprocess.run(
        [sys.executable, "manage.py", "check", *options],
        cwd=processes.REPOSITORY,
        env=processes.test_environment(**env),
        capture_output=True,
        text=True,
        timeout=60,
    )
    return run.returncode, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("process", "startup_options", "warned"),
    [("web", "true", False), ("command", "true", False), ("web", "false", True), ("command", "false", True)],
)
def test_start_up_options_or_a_warning(process: str, startup_options: str, warned: bool) -> None:
    """A command at a terminal waits as long as it likes, unless all processes are to have the role's time-outs."""
    code, text = run_check("--database=default", SHOP_PROCESS=process, DATABASE_STARTUP_OPTIONS=startup_options)
    assert (code, "shop.W001" in text) == (0, warned)


# --- The shop's own numbers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOP_HOLD_EXTENSIONS", -1),
        ("SHOP_CART_DAYS", 0),
        ("SHOP_EFFECT_RUN_DAYS", 0),
        ("SHOP_EVENT_DAYS", 0),
        ("SHOP_LETTER_DAYS", 0),
        ("SHOP_STOCK_ALERT_MINUTES", -1),
        ("SHOP_MAX_UNITS_PER_LINE", 0),
        ("SHOP_MAX_UNITS_PER_LINE", True),
        ("SHOP_MAX_UNITS_PER_CART", 3_000_000_000),
        ("SHOP_ADDS_PER_MINUTE", -1),
        ("SHOP_ORDERS_PER_HOUR", -1),
        ("SHOP_LOGINS_PER_MINUTE", -1),
        ("SHOP_LETTERS_PER_HOUR", -1),
        ("SHOP_LOOKUPS_PER_HOUR", -1),
        ("SHOP_TRUSTED_PROXIES", -1),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(name: str, value: object, settings: Settings) -> None:
    setattr(settings, name, value)
    assert complaints()[0].msg == f"{name} is {value!r}."
    assert set(ids()) == {"shop.E004"}


def test_nothing_starts_with_a_number_that_makes_no_sense() -> None:
    code, text = run_check(SHOP_HOLD_MINUTES_USER="0")
    assert (code, "(shop.E004) SHOP_HOLD_MINUTES_USER is 0." in text) == (1, True)


@pytest.mark.parametrize("kind", ["guest", "user"])
@pytest.mark.parametrize("minutes", [0, -5, 600_000])
def test_a_hold_that_makes_no_sense_is_refused(kind: str, minutes: int, settings: Settings) -> None:
    settings.SHOP_HOLD_MINUTES = {"guest": 30, "user": 60, kind: minutes}
    assert set(ids()) == {"shop.E004"}
    assert complaints()[0].msg == f"SHOP_HOLD_MINUTES_{kind.upper()} is {minutes}."


def test_a_guests_hold_ends_before_the_cart_is_closed(settings: Settings) -> None:
    settings.SHOP_HOLD_MINUTES = {"guest": 2 * 24 * 60, "user": 60}
    assert ids() == []
    settings.SHOP_CART_DAYS = 1
    assert ids() == ["shop.E004"]


def test_countries_that_there_are_not_are_refused(settings: Settings) -> None:
    settings.SHOP_COUNTRIES = ["GB", "UK", "gb"]
    assert [complaint.msg.split()[2] for complaint in complaints()] == ["'UK',", "'gb',"]
    assert set(ids()) == {"shop.E010"}
    settings.SHOP_COUNTRIES, settings.SHOP_COUNTRY = [], "UK"
    assert [complaint.msg for complaint in complaints()] == ["SHOP_COUNTRY has 'UK', which is no code of a country."]


def test_a_line_may_not_have_more_than_its_cart(settings: Settings) -> None:
    settings.SHOP_MAX_UNITS_PER_LINE = settings.SHOP_MAX_UNITS_PER_CART + 1
    assert ids() == ["shop.E004"]
