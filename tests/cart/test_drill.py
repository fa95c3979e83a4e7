"""The owner's drill: what it says, what it finds, and that nothing of it is left however it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Model, QuerySet
from django.test import Client
from django.utils import timezone

from analytics.models import AnalyticsEvent
from cart.drill import stage
from cart.drill.buying import Answer, Outcome, _count_retries
from cart.drill.crowd import Crowd
from cart.drill.plan import DrillPlan
from cart.drill.result import DrillResult, Watch
from cart.drill.running import _alone
from cart.models import Cart, CartItem, IdempotencyKey
from cart.owners import Owner
from cart.selectors import cart_contents, variants_on_sale
from cart.services import add_product_to_cart
from core.transactions import command
from inventory.catalogue.load import catalogue_load
from inventory.catalogue.rows import CatalogueRow, write_rows
from inventory.models import DRILL_NUMBER, LowStockAlert, Product, ProductVariant, StockMovement
from inventory.services import refresh_alerts
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support import processes
from tests.support.databases import somebody_waits
from tests.support.ledger import tamper
from tests.support.waiting import wait_until
from tools.local.process import descendants
from workers.erasing import erase_traces

pytestmark = pytest.mark.django_db(transaction=True)

_TABLES: list[type[Model]] = [
    Product,
    ProductVariant,
    StockMovement,
    LowStockAlert,
    Cart,
    CartItem,
    IdempotencyKey,
    OutboxRow,
    AnalyticsEvent,
]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that a drill writes to."""
    return {table.__name__: list(table._default_manager.order_by("pk").values()) for table in _TABLES}


@contextmanager
def nothing_is_left() -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before


@pytest.fixture(autouse=True)
def a_shop_with_a_shopper(make_variant: MakeVariant) -> None:
    """What a drill must not touch."""
    add_product_to_cart(None, make_variant(5).pk, 2, guest_token=uuid.uuid4(), idempotency_key="a shopper's")


def start_drill(*options: str, **env: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", "oversell_drill", *options]
    return subprocess.Popen(
        command,
        cwd=processes.REPOSITORY,
        env=processes.test_environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def end(drill: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Its exit code, and what it printed for the owner and of its progress."""
    out, progress = drill.communicate(timeout=90)
    return drill.returncode, out, progress


def result(out: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(out)
    return facts


# --- A drill that goes well


@pytest.mark.parametrize(("buyers", "units", "successes"), [(12, 5, 5), (3, 7, 3), (4, 0, 0)])
def test_as_many_succeed_as_there_are_units(buyers: int, units: int, successes: int) -> None:
    with nothing_is_left():
        code, out, _ = end(start_drill(f"--buyers={buyers}", f"--units={units}", "--processes=4", "--json"))
    facts = result(out)
    assert (code, facts["held"], facts["errors"], facts["lost_processes"]) == (0, True, {}, 0)
    assert (facts["successes"], facts["refusals"], facts["busy"]) == (successes, buyers - successes, 0)
    assert facts["processes"] == min(buyers, 4)
    assert 0 < facts["p50_ms"] <= facts["p99_ms"]


def test_it_tells_a_person_what_it_did() -> None:
    code, out, progress = end(start_drill("--buyers=6", "--units=2", "--processes=3"))
    assert code == 0
    assert "6 buyers in 3 processes, 2 units:\n  2 successes, 4 refusals, 0 busy, 0 retries" in out
    assert out.count("held: ") == 6
    assert "BROKEN" not in out
    assert "starting 6 buyers in 3 processes" in progress


def test_it_goes_on_without_redis() -> None:
    with nothing_is_left():
        code, out, _ = end(start_drill("--buyers=4", "--units=2", "--json", REDIS_URL="redis://127.0.0.1:1/0"))
    assert (code, result(out)["successes"]) == (0, 2)


def test_nothing_is_left_with_a_worker_at_work(celery_worker: Any) -> None:
    """Low stock and analytics are drained while the drill runs: no alert is opened, and no event stays."""
    wait_until(lambda: not OutboxRow.objects.exists(), "the shopper's own effects are done")
    with nothing_is_left():
        code, _, _ = end(start_drill("--buyers=40", "--units=10", "--processes=4"))
        wait_until(lambda: not OutboxRow.objects.exists(), "the outbox is empty")
    assert code == 0


# --- A drill that finds something


@contextmanager
def database_that(does: str) -> Iterator[None]:
    """Let PostgreSQL do something, in all processes, whenever units of the drill's variant move to a cart."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {does}; RETURN NEW; END'")
        cursor.execute(
            "CREATE TRIGGER meddle BEFORE UPDATE ON inventory_productvariant FOR EACH ROW "
            f"WHEN (NEW.sku = '{DRILL_NUMBER}' AND NEW.reserved_quantity > OLD.reserved_quantity) "
            "EXECUTE FUNCTION meddle()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION meddle CASCADE")


def test_an_oversold_variant_is_found() -> None:
    """The control: a shop that takes nothing off the shelf sells to everybody."""
    with nothing_is_left(), database_that("NEW.stock_quantity := OLD.stock_quantity"):
        code, out, progress = end(start_drill("--buyers=5", "--units=2"))
    assert code == 1
    assert "BROKEN: exactly 2 buyers got a unit" in out
    assert "BROKEN: stock + reserved was always 2" in out
    assert "BROKEN: the audit finds no difference" in out
    assert "A rule did not hold." in progress


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
    variant = stage.set_up(plan)
    for _ in range(2):
        add_product_to_cart(None, variant.pk, 1, guest_token=stage.new_token())
    answers = [Answer(Outcome.SUCCESS, 1.0, 0)] * 2 + [Answer(Outcome.REFUSAL, 1.0, 0)]
    crowd, watch = Crowd(plan, answers=answers), Watch(variant.pk, plan.units)
    assert DrillResult.of(plan, crowd, watch).held
    _SPOILED[rule](crowd, ProductVariant.objects.filter(pk=variant.pk))
    assert DrillResult.of(plan, crowd, watch).rules[rule] is False
    stage.clear_away()


def test_numbers_that_were_wrong_for_a_moment_are_remembered() -> None:
    variant = stage.set_up(DrillPlan(buyers=1, units=2, processes=1))
    watch, wrong = Watch(variant.pk, 2), []
    for stock in (2, 3, 2):
        ProductVariant.objects.filter(pk=variant.pk).update(stock_quantity=stock)
        watch.look()
        wrong.append(watch.sum_went_wrong)
    assert wrong == [False, True, True]
    stage.clear_away()


def test_retries_are_counted() -> None:
    """A deadlock that PostgreSQL itself reports, once."""
    counter, tries = _count_retries(), []

    @command
    def deadlock_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE 'rivals' USING ERRCODE = 'deadlock_detected'; END $$")

    deadlock_once()
    assert (len(tries), counter.count) == (2, 1)


# --- A drill that is stopped, crashes, or meets another


_GATE = 4711


@contextmanager
def buyers_held_at_the_gate(*options: str) -> Iterator["subprocess.Popen[str]"]:
    """A drill whose buyers wait inside their transactions, without a time-out, until the end of the block."""
    with database_that(f"PERFORM pg_advisory_xact_lock({_GATE})"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_GATE])
            try:
                process = start_drill(*options, DATABASE_STARTUP_OPTIONS="false")
                wait_until(_somebody_waits, "a buyer waits at the gate")
                yield process
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_GATE])
        process.wait(timeout=60)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE datname = current_database() AND objid = %s AND NOT granted)",
            [_GATE],
        )
        return bool(cursor.fetchone()[0])


def _buyer_of(drill: "subprocess.Popen[str]") -> int:
    """The process id of a buyer: a grandchild of the drill, below the process that they are forked from."""
    children = [pid for pid in descendants(drill.pid) if descendants(pid)]
    return descendants(children[0])[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_nothing(number: signal.Signals) -> None:
    """Ctrl-C reaches the whole group; a second one, while it tidies up, changes nothing."""
    with nothing_is_left():
        with buyers_held_at_the_gate("--buyers=6", "--units=3", "--processes=3") as drill:
            target = -drill.pid if number == signal.SIGINT else drill.pid
            for _ in range(2):
                os.kill(target, number)
        code, out, progress = end(drill)
    assert (code, out) == (128 + number, "")
    assert "The drill was stopped; everything of it was removed." in progress
    assert "Traceback" not in progress


def test_a_lost_process_is_reported_and_leaves_nothing() -> None:
    with nothing_is_left():
        with buyers_held_at_the_gate("--buyers=6", "--units=3", "--processes=3", "--json") as drill:
            os.kill(_buyer_of(drill), signal.SIGKILL)
        code, out, _ = end(drill)
    facts = result(out)
    assert (code, facts["lost_processes"], facts["rules"]["every buyer got an answer"]) == (1, 1, False)


def test_what_a_killed_drill_left_is_removed_by_the_next() -> None:
    with nothing_is_left():
        with buyers_held_at_the_gate("--buyers=6", "--units=3", "--processes=3") as drill:
            buyers = descendants(drill.pid)
            drill.kill()
        end(drill)
        wait_until(lambda: not any(map(_is_alive, buyers)), "the buyers of the killed drill have ended")
        assert Product.objects.filter(number=DRILL_NUMBER).exists()
        code, out, progress = end(start_drill("--buyers=4", "--units=2", "--json"))
    assert (code, result(out)["held"]) == (0, True)
    assert "removed what a killed drill had left" in progress


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_there_is_one_drill_at_a_time() -> None:
    with nothing_is_left(), _alone():
        code, out, progress = end(start_drill("--buyers=2", "--units=2"))
    assert (code, out) == (1, "")
    assert progress == "CommandError: Another drill is running on this database. Wait for it to end.\n"


_CUTLERY = CatalogueRow("84997A", "84997", "Cutlery", "Green", Decimal("3.75"), 4)


def test_a_drill_holds_up_no_import_of_a_catalogue(tmp_path: Path) -> None:
    """The drill cannot end before the import has: its buyers wait at the gate for the end of the block."""
    with (tmp_path / "catalogue.csv").open("w") as file:
        write_rows(file, [_CUTLERY])
    with buyers_held_at_the_gate("--buyers=2", "--units=1", "--processes=1") as drill:
        call_command("import_catalogue", file.name, verbosity=0)
        assert ProductVariant.objects.filter(sku="84997A").exists()
    assert end(drill)[0] == 0


def test_an_import_of_a_catalogue_refuses_no_drill() -> None:
    with nothing_is_left(), transaction.atomic():
        catalogue_load(rows=[_CUTLERY], cause="test")
        code, out, progress = end(start_drill("--buyers=2", "--units=1", "--json"))
        transaction.set_rollback(True)
    assert (code, result(out)["held"]) == (0, True), progress


def test_buyers_wait_no_longer_than_a_web_process() -> None:
    """The gate stays shut: each is told to try again when the lock time-out of a web process is over."""
    shut = database_that(f"PERFORM pg_advisory_xact_lock({_GATE})")
    with nothing_is_left(), shut, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_GATE])
        code, out, _ = end(start_drill("--buyers=2", "--units=1", "--json", SHOP_PROCESS="command"))
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_GATE])
    facts = result(out)
    assert (code, facts["busy"], facts["successes"]) == (1, 2, 0)
    assert facts["rules"]["exactly 1 buyer got a unit"] is False


# --- What a drill's variant must not do to others


def test_shoppers_do_not_meet_it() -> None:
    stage.set_up(DrillPlan(buyers=1, units=5, processes=1))
    drilled = Product.objects.get(number=DRILL_NUMBER)
    assert variants_on_sale([drilled.pk], None) == []
    page = Client().get("/")
    assert page.status_code == 200
    assert DRILL_NUMBER not in page.content.decode()
    assert Client().get(drilled.get_absolute_url()).status_code == 404
    stage.clear_away()


def test_nobody_is_alerted_about_it(make_variant: MakeVariant) -> None:
    drill, listed = stage.set_up(DrillPlan(buyers=1, units=0, processes=1)), make_variant(0)
    refresh_alerts(variant_ids=[drill.pk, listed.pk])
    assert [alert.variant_id for alert in LowStockAlert.objects.all()] == [listed.pk]
    stage.clear_away()


def test_an_alert_of_a_product_that_is_listed_no_more_still_closes(make_variant: MakeVariant) -> None:
    variant = make_variant(0)
    refresh_alerts(variant_ids=[variant.pk])
    Product.objects.filter(pk=variant.product_id).update(is_listed=False)
    ProductVariant.objects.filter(pk=variant.pk).update(stock_quantity=5)
    refresh_alerts(variant_ids=[variant.pk])
    assert LowStockAlert.objects.get().closed_at is not None


def test_a_shopper_who_found_it_keeps_their_cart(make_variant: MakeVariant) -> None:
    drill, other = stage.set_up(DrillPlan(buyers=1, units=5, processes=1)), make_variant(5)
    shopper = Owner(guest_token=uuid.uuid4())
    for variant in (drill, other):
        cart = add_product_to_cart(None, variant.pk, 2, guest_token=shopper.guest_token)
    OutboxRow.objects.all().delete()
    stage.clear_away()
    assert [line.product_variant_id for line in cart_contents(shopper).lines] == [other.pk]
    assert list(OutboxRow.objects.values_list("effect", "key")) == [("recalculate_cart_totals", str(cart.pk))]


def test_removing_waits_for_a_worker_that_is_at_its_rows() -> None:
    """Events that the worker recorded meanwhile are seen: they go too."""
    row = OutboxRow.objects.create(effect="record_analytics", key="1", payload={"variant_id": 77})
    thread = threading.Thread(target=_erase, args=[77])
    with transaction.atomic():
        row.delete()
        AnalyticsEvent.objects.create(name="add_to_cart", occurred_at=timezone.now(), variant_id=77)
        thread.start()
        wait_until(somebody_waits, "the removal waits for the worker")
    thread.join()
    assert not AnalyticsEvent.objects.filter(variant_id=77).exists()


def _erase(variant_id: int) -> None:
    erase_traces(variant_ids=[variant_id], cart_ids=[])
    connection.close()


def test_a_half_cleared_drill_is_found_again() -> None:
    """Killed half-way: the variant is still there to find the rest by."""
    with nothing_is_left():
        variant = stage.set_up(DrillPlan(buyers=1, units=5, processes=1))
        cart = add_product_to_cart(None, variant.pk, 1, guest_token=stage.new_token(), idempotency_key=stage.new_key())
        erase_traces(variant_ids=[], cart_ids=[cart.pk])
        stage._delete_carts([cart.pk])
        assert stage.clear_away()
        assert not stage.clear_away()


def test_after_the_first_step_of_clearing_no_add_succeeds() -> None:
    """What makes the lines final: an inactive variant is never taken, so no line comes after they were deleted."""
    variant = stage.set_up(DrillPlan(buyers=1, units=5, processes=1))
    clearing = threading.Thread(target=_clear)
    with transaction.atomic():
        add_product_to_cart(None, variant.pk, 1, guest_token=stage.new_token())
        clearing.start()
        wait_until(somebody_waits, "the clearing waits for the add")
    clearing.join()
    assert not Product.objects.filter(number=DRILL_NUMBER).exists()


def _clear() -> None:
    stage.clear_away()
    connection.close()


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
    with nothing_is_left(), pytest.raises(CommandError) as error:
        call_command("oversell_drill", option)
    assert (str(error.value), error.value.returncode) == (message, 2)


def test_bad_input_on_the_command_line_is_one_line() -> None:
    assert end(start_drill("--buyers", "0")) == (
        2,
        "",
        "CommandError: --buyers must be from 1 to 10000, not 0.\n",
    )


def test_more_processes_than_the_database_has_room_for() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_connections')::int")
        most = cursor.fetchone()[0]
    with nothing_is_left(), pytest.raises(CommandError, match="free connections"):
        call_command("oversell_drill", f"--processes={most}")


def test_a_database_that_is_too_full_refuses_nothing_by_default() -> None:
    plan = DrillPlan.parse(buyers="10000", units="1", processes=None)
    assert 1 <= plan.processes <= 50
    assert sum(len(plan.share(number)) for number in range(plan.processes)) == 10_000


def test_an_error_of_the_database_is_an_answer() -> None:
    """A buyer who meets a fault is counted as one, by its message."""
    with nothing_is_left(), database_that("RAISE ''a fault''"):
        code, out, _ = end(start_drill("--buyers=2", "--units=1", "--json"))
    facts = result(out)
    assert (code, list(facts["errors"].values())) == (1, [2])
    assert "a fault" in next(iter(facts["errors"]))
    assert DatabaseError.__name__ not in out
