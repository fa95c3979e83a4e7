"""The owner's drill: what it says, what it finds, and that the shop's own data and queues never notice it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet
from pytest_django import DjangoDbBlocker

from cart.models import CartItem
from cart.services import add_product_to_cart
from core.transactions import command
from inventory.models import ProductVariant, StockMovement
from tests.conftest import MakeVariant
from tests.support import processes
from tests.support.databases import led_to
from tests.support.ledger import tamper
from tests.support.waiting import wait_until
from tools.local.process import descendants, is_alive
from tools.oversell_drill import MARK
from tools.oversell_drill.__main__ import RULE_BROKEN
from tools.oversell_drill.buyers import Answer, Crowd, Outcome, _count_retries
from tools.oversell_drill.database import drill_database
from tools.oversell_drill.drill import DrillResult, Watch
from tools.oversell_drill.drill import make_variant as make_drilled
from tools.oversell_drill.plan import DrillPlan

pytestmark = pytest.mark.django_db(transaction=True)

Drill = subprocess.Popen[str]
_LEFT = "999999999_0123abcd"  # the end of the name of a drill's database whose session is gone


@pytest.fixture(autouse=True)
def a_shop_with_a_shopper(make_variant: MakeVariant) -> None:
    """What a drill must not touch."""
    add_product_to_cart(None, make_variant(5).pk, 2, guest_token=uuid4(), idempotency_key="a shopper's")


def ask(question: str, *values: str | int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values or None)
        return cursor.fetchall() if cursor.description else []


def every_table() -> dict[str, tuple[int, str]]:
    """Of each table of the shop how many rows it has, and a digest of them."""
    tables = [name for (name,) in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    digest = "SELECT count(*), md5(string_agg(row::text, '|' ORDER BY row::text)) FROM public.\"{}\" AS row"
    return {table: ask(digest.format(table))[0] for table in tables}


def databases() -> list[str]:
    """Those of drills of this test's shop. All test processes share the server, so others may be there too."""
    return [name for (name,) in ask("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", our_prefix())]


def our_prefix() -> str:
    return f"{connection.settings_dict['NAME']}{MARK}"


@contextmanager
def the_shop_as_it_was() -> Iterator[None]:
    """No row of any table is another one afterwards, and no database of a drill is left."""
    before = every_table()
    yield
    assert every_table() == before
    assert databases() == []


def start(*arguments: str, **env: str) -> Drill:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=processes.REPOSITORY,
        env=processes.test_environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def start_drill(*options: str, **env: str) -> Drill:
    return start("manage.py", "oversell_drill", *options, **env)


def end(drill: Drill) -> tuple[int, str, str]:
    """Its exit code, and what it printed for the owner and of its progress."""
    out, progress = drill.communicate(timeout=200)
    return drill.returncode, out, progress


# --- A drill from start to end


@pytest.fixture
def nobody_asks_redis() -> Iterator[str]:
    """The address of a broker that must not be asked."""
    with socket.create_server(("127.0.0.1", 0)) as broker:
        yield f"redis://127.0.0.1:{broker.getsockname()[1]}/0"
        broker.settimeout(0)
        with pytest.raises(BlockingIOError):
            broker.accept()


def test_as_many_succeed_as_there_are_units(nobody_asks_redis: str) -> None:
    options = ["--buyers=12", "--units=5", "--processes=4", "--json"]
    with the_shop_as_it_was():
        code, out, progress = end(start_drill(*options, REDIS_URL=nobody_asks_redis))
    facts = json.loads(out)
    assert (code, facts["held"], facts["errors"], facts["lost_processes"]) == (0, True, {}, 0), progress
    assert (facts["successes"], facts["refusals"], facts["busy"]) == (5, 7, 0)
    assert facts["processes"] == 4
    assert 0 < facts["p50_ms"] <= facts["p99_ms"]
    assert "Applying inventory.0001_initial... OK" in progress


def buyers_of(drill: Drill) -> list[int]:
    """The processes that buy: those below the one that they are forked from, below the one that the drill started."""
    return [buyer for below in descendants(drill.pid) for forked in descendants(below) for buyer in descendants(forked)]


@contextmanager
def drill_at_work(*, buyers: int) -> Iterator[Drill]:
    """A drill whose three processes of buyers have been started."""
    with start_drill(f"--buyers={buyers}", "--units=3", "--processes=3", "--json") as drill:
        wait_until(lambda: len(buyers_of(drill)) == 3, "there are buyers", patience=200)
        yield drill
        drill.kill()


_MANY = 10_000  # they are at work for longer than the test


def test_a_stop_leaves_nothing() -> None:
    """Ctrl-C reaches the whole group; a second one, while the database is dropped, changes nothing."""
    with the_shop_as_it_was(), drill_at_work(buyers=_MANY) as drill:
        below = descendants(drill.pid)
        for _ in range(2):
            os.kill(-drill.pid, signal.SIGINT)
        code, out, progress = end(drill)
    assert (code, out) == (128 + signal.SIGINT, "")
    assert progress.endswith("The drill was stopped; its database was dropped.\n")
    assert "Traceback" not in progress
    wait_until(lambda: not any(map(is_alive, below)), "its processes have ended")


def test_what_a_killed_drill_left_is_dropped_by_the_next() -> None:
    with the_shop_as_it_was(), drill_at_work(buyers=_MANY) as drill:
        below = descendants(drill.pid)
        drill.kill()
        wait_until(lambda: not any(map(is_alive, below)), "its processes have ended with it")
        (left,) = databases()
        wait_until(lambda: not sessions_of(left), "their sessions have ended")
        code, out, progress = end(start_drill("--buyers=4", "--units=0"))
    assert code == 0
    assert out.startswith("4 buyers in 4 processes, 0 units:\n  0 successes, 4 refusals, 0 busy, 0 retries\n")
    assert out.count("  held: ") == 6
    assert f"dropped {left}, which a killed drill had left" in progress


def sessions_of(database: str) -> list[tuple[int]]:
    return ask("SELECT pid FROM pg_stat_activity WHERE datname = %s", database)


def test_a_lost_process_is_reported() -> None:
    with the_shop_as_it_was(), drill_at_work(buyers=600) as drill:
        os.kill(buyers_of(drill)[0], signal.SIGKILL)
        code, out, progress = end(drill)
    facts = json.loads(out)
    assert (code, facts["lost_processes"], facts["rules"]["every buyer got an answer"]) == (1, 1, False)
    assert progress.endswith("CommandError: A rule did not hold.\n")


# --- Its database


@contextmanager
def database(name: str, template: str = "template0") -> Iterator[str]:
    ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield name
    finally:
        ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def test_only_what_a_drill_left_and_nobody_uses_is_dropped() -> None:
    said: list[str] = []
    with database(f"{our_prefix()}notes") as by_hand, database(f"{our_prefix()}{_LEFT}") as left:
        user = connection.copy()
        user.settings_dict["NAME"] = left
        user.ensure_connection()
        with drill_database(said.append) as running, drill_database(said.append) as other:
            assert {by_hand, left, running, other} == set(databases())
        user.close()
        with drill_database(said.append):
            assert left not in databases()
        assert databases() == [by_hand]
    assert f"dropped {left}, which a killed drill had left" in said


def test_a_role_that_may_create_no_database_is_told_what_to_grant() -> None:
    role = f"poor_{uuid4().hex}"
    ask(f"CREATE ROLE {role} LOGIN PASSWORD 'of a test'")
    ours = processes.test_environment()["DATABASE_URL"]
    place = ours.rpartition("@")[2]
    try:
        with the_shop_as_it_was():
            drill = start_drill("--buyers=2", DATABASE_URL=f"postgres://{role}:of%20a%20test@{place}")
            code, out, progress = end(drill)
    finally:
        ask(f"DROP ROLE {role}")
    assert (code, out) == (1, "")
    assert f'ALTER ROLE "{role}" CREATEDB;' in progress
    assert progress.endswith("Nothing was changed.\n")


def run_there(name: str, *options: str, **env: str) -> tuple[int, str, str]:
    """The process of a drill, in a database that is there."""
    settings = {"DJANGO_SETTINGS_MODULE": "tools.oversell_drill.settings", "OVERSELL_DRILL_DATABASE": name}
    return end(start("-m", "tools.oversell_drill", *options, **settings, **env))


def test_its_process_refuses_the_database_of_the_shop() -> None:
    with the_shop_as_it_was():
        code, _, progress = run_there(str(connection.settings_dict["NAME"]), "2", "2", "1")
    assert code == 1
    assert "is not a drill's database" in progress


def test_a_database_that_a_pooler_does_not_know_is_explained() -> None:
    code, _, progress = run_there(f"{MARK}nowhere", "2", "2", "1")
    assert code == 1
    assert "Behind PgBouncer, let DATABASE_URL name PostgreSQL itself." in progress
    assert "Traceback" not in progress


# --- A drill that finds something


@pytest.fixture(scope="module")
def all_tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """An empty database with all tables, to copy."""
    with django_db_blocker.unblock(), database(f"test_{uuid4().hex}") as name:
        with led_to(NAME=name):
            call_command("migrate", verbosity=0)
        yield name


@pytest.fixture
def own(all_tables: str) -> Iterator[str]:
    """A database of a drill."""
    with database(f"{our_prefix()}{_LEFT}", template=all_tables) as name:
        yield name


@contextmanager
def meddling(name: str, does: str) -> Iterator[None]:
    """Let PostgreSQL do something, in all processes, whenever units move to a cart; yields connected to there."""
    with led_to(NAME=name):
        ask(f"CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {does}; RETURN NEW; END'")
        ask(
            "CREATE TRIGGER meddle BEFORE UPDATE ON inventory_productvariant FOR EACH ROW "
            "WHEN (NEW.reserved_quantity > OLD.reserved_quantity) EXECUTE FUNCTION meddle()"
        )
        yield


def test_an_oversold_variant_is_found(own: str) -> None:
    """The control: a shop that takes nothing from free stock sells to everybody."""
    with meddling(own, "NEW.stock_quantity := OLD.stock_quantity"):
        code, out, _ = run_there(own, "5", "2", "5")
    assert code == RULE_BROKEN
    assert "5 buyers in 5 processes, 2 units:\n  5 successes, 0 refusals, 0 busy, 0 retries" in out
    assert "BROKEN: exactly 2 buyers got a unit" in out
    assert "BROKEN: stock + reserved was always 2" in out
    assert "BROKEN: the audit finds no difference" in out
    assert out.count("held: ") == 3


def test_an_error_of_the_database_is_an_answer(own: str) -> None:
    """A buyer who meets a fault is counted as one, by its message."""
    with meddling(own, "RAISE ''a fault''"):
        code, out, _ = run_there(own, "2", "1", "2", "--json")
    facts = json.loads(out)
    assert (code, list(facts["errors"].values())) == (RULE_BROKEN, [2])
    assert "a fault" in next(iter(facts["errors"]))


def test_buyers_wait_no_longer_than_a_web_process(own: str) -> None:
    """The gate stays shut: each is told to try again when the lock time-out of a web process is over."""
    gate = 4711
    with meddling(own, f"PERFORM pg_advisory_xact_lock({gate})"):
        ask("SELECT pg_advisory_lock(%s)", gate)
        code, out, _ = run_there(own, "2", "1", "2", "--json", SHOP_PROCESS="command")
    facts = json.loads(out)
    assert (code, facts["busy"], facts["successes"]) == (RULE_BROKEN, 2, 0)
    assert facts["rules"]["exactly 1 buyer got a unit"] is False


_SPOILED: dict[str, Callable[[Crowd, QuerySet[ProductVariant]], object]] = {
    "exactly 2 buyers got a unit": lambda crowd, variant: crowd.answers.append(Answer(Outcome.SUCCESS, 1.0, 0)),
    "every buyer got an answer": lambda crowd, variant: crowd.answers.pop(),
    "stock + reserved was always 2": lambda crowd, variant: variant.update(stock_quantity=7),
    "reserved is the sum of the lines": lambda crowd, variant: CartItem.objects.filter(
        product_variant__in=variant
    ).update(reserved_quantity=0, reserved_until=None),
    "the audit finds no difference": lambda crowd, variant: tamper(
        StockMovement.objects.filter(variant__in=variant), balance_after=9
    ),
}


@pytest.mark.parametrize("rule", _SPOILED)
def test_each_rule_is_looked_at(rule: str) -> None:
    plan = DrillPlan(buyers=3, units=2, processes=1)
    variant = make_drilled(plan)
    for _ in range(2):
        add_product_to_cart(None, variant.pk, 1, guest_token=uuid4())
    answers = [Answer(Outcome.SUCCESS, 1.0, 0)] * 2 + [Answer(Outcome.REFUSAL, 1.0, 0)]
    crowd, watch = Crowd(plan, answers=answers), Watch(variant.pk, plan.units)
    assert DrillResult.of(plan, crowd, watch).held
    _SPOILED[rule](crowd, ProductVariant.objects.filter(pk=variant.pk))
    assert DrillResult.of(plan, crowd, watch).rules[rule] is False


def test_numbers_that_were_wrong_for_a_moment_are_remembered(variant: ProductVariant) -> None:
    watch, wrong = Watch(variant.pk, 10), []
    for stock in (10, 11, 10):
        ProductVariant.objects.filter(pk=variant.pk).update(stock_quantity=stock)
        watch.look()
        wrong.append(watch.sum_went_wrong)
    assert wrong == [False, True, True]


def test_retries_are_counted() -> None:
    """A deadlock that PostgreSQL itself reports, once."""
    counter, tries = _count_retries(), []

    @command
    def deadlock_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            ask("DO $$ BEGIN RAISE 'rivals' USING ERRCODE = 'deadlock_detected'; END $$")

    deadlock_once()
    assert (len(tries), counter.count) == (2, 1)


# --- What is refused


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--buyers=0", "--buyers must be from 1 to 10000, not 0."),
        ("--buyers=-4", "--buyers must be from 1 to 10000, not -4."),
        ("--buyers=9999999", "--buyers must be from 1 to 10000, not 9999999."),
        ("--buyers=many", "--buyers must be a whole number, not 'many'."),
        ("--buyers=1.5", "--buyers must be a whole number, not '1.5'."),
        ("--units=-1", "--units must be from 0 to 100000, not -1."),
        ("--units=", "--units must be a whole number, not ''."),
        ("--units=100001", "--units must be from 0 to 100000, not 100001."),
        ("--processes=0", "--processes must be from 1 to 200, not 0."),
        ("--processes=201", "--processes must be from 1 to 200, not 201."),
    ],
)
def test_bad_input_is_one_clear_error(option: str, message: str) -> None:
    with the_shop_as_it_was(), pytest.raises(CommandError) as error:
        call_command("oversell_drill", option)
    assert (str(error.value), error.value.returncode) == (message, 2)


def test_more_processes_than_the_database_has_room_for() -> None:
    ((most,),) = ask("SELECT current_setting('max_connections')::int")
    with pytest.raises(CommandError, match="free connections"):
        call_command("oversell_drill", f"--processes={most}")


def test_a_database_that_is_too_full_refuses_nothing_by_default() -> None:
    plan = DrillPlan.parse(buyers="10000", units="1", processes=None)
    assert 1 <= plan.processes <= 50
    assert sum(len(plan.share(number)) for number in range(plan.processes)) == 10_000
