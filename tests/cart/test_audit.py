"""The audit: what it finds, what it does about it, and that a busy shop never looks wrong to it."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django_celery_results.models import TaskResult

from cart.audit import Difference, Rule, audit_stock, fix_stock, run_audit
from cart.models import Cart, CartItem, StockAudit
from cart.owners import Owner
from cart.services import add_product_to_cart, release_expired_holds
from core.celery import app
from inventory.models import ProductVariant, StockMovement
from inventory.services import move_stock
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.databases import somebody_waits
from tests.support.ledger import tamper
from tests.support.waiting import wait_until
from workers.schedule import BEAT_SCHEDULE


@pytest.fixture(autouse=True)
def rules_hold_at_the_end() -> None:
    """Not here: these tests break the rules on purpose."""


def add(variant: ProductVariant, quantity: int = 1) -> Cart:
    return add_product_to_cart(None, variant.pk, quantity, guest_token=uuid.uuid4())


def spoil(variant: ProductVariant, **columns: Any) -> None:
    """Write past the services, as a script would."""
    ProductVariant.objects.filter(pk=variant.pk).update(**columns)


def numbers(variant: ProductVariant) -> tuple[int, int, int]:
    """Free, reserved, and the sum of the ledger."""
    variant.refresh_from_db()
    ledger = StockMovement.objects.filter(variant=variant).aggregate(units=Sum("delta"))["units"]
    return variant.stock_quantity, variant.reserved_quantity, ledger


def found(variant: ProductVariant) -> list[tuple[str, int, int]]:
    return [(each.rule, each.stored, each.computed) for each in audit_stock([variant.pk]).differences]


def fix(variant: ProductVariant) -> list[str]:
    """Correct the variant, and see that nothing is wrong then, and that a second run does nothing."""
    done = fix_stock(audit_stock([variant.pk]))
    assert audit_stock([variant.pk]).is_clean
    assert run_audit(fix=True).fixed == []
    return done


# --- Looking


def test_a_shop_in_order_has_no_difference(make_variant: MakeVariant) -> None:
    sold_out, half, untouched, empty = make_variant(2), make_variant(10), make_variant(3), make_variant(0)
    add(sold_out, 2)
    add(half, 2)
    add(half, 3)
    move_stock(variant_id=half.pk, delta=-1, kind=StockMovement.Kind.ADJUSTMENT, reason="Broken")
    report = audit_stock()
    assert report.is_clean
    assert report.variants_checked == ProductVariant.objects.count() == 4
    assert audit_stock([untouched.pk, empty.pk]).variants_checked == 2
    assert audit_stock([]).variants_checked == 0


def test_reserved_units_that_no_line_holds(variant: ProductVariant) -> None:
    add(variant, 3)
    spoil(variant, reserved_quantity=5, stock_quantity=5)
    assert found(variant) == [("reserved", 5, 3)]


def test_on_hand_that_the_ledger_does_not_explain(variant: ProductVariant) -> None:
    spoil(variant, stock_quantity=12)
    assert found(variant) == [("on_hand", 12, 10)]


def test_units_without_any_ledger(make_variant: MakeVariant) -> None:
    variant = make_variant(0)
    spoil(variant, stock_quantity=4)
    assert found(variant) == [("on_hand", 4, 0)]


def test_a_closed_cart_that_holds_units(variant: ProductVariant) -> None:
    cart = add(variant, 3)
    Cart.objects.filter(pk=cart.pk).update(status=Cart.Status.ABANDONED)
    assert audit_stock().differences == [Difference(variant.pk, variant.sku, Rule.CLOSED_CART, 3, 0, cart.pk)]


def test_a_balance_that_is_not_the_sum_so_far(variant: ProductVariant) -> None:
    first = StockMovement.objects.get(variant=variant)
    move_stock(variant_id=variant.pk, delta=5, kind=StockMovement.Kind.RECEIPT, reason="Delivery")
    tamper(StockMovement.objects.filter(pk=first.pk), balance_after=9)
    assert audit_stock().differences == [Difference(variant.pk, variant.sku, Rule.LEDGER_CHAIN, 9, 10, first.pk)]


def test_it_is_one_statement_however_many_variants(make_variant: MakeVariant) -> None:
    """One statement is one snapshot: this is what keeps a busy shop from looking wrong."""
    variants = [make_variant(5) for _ in range(20)]
    for each in variants[:10]:
        add(each)
        spoil(each, stock_quantity=F("stock_quantity") + 1)
    with CaptureQueriesContext(connection) as queries:
        report = audit_stock()
    assert len(queries) == 1
    assert report.variant_ids == [each.pk for each in variants[:10]]


# --- Looking while shoppers add


def audit_in_two_statements(variant: ProductVariant) -> bool:
    """What the audit must not be; the control of the test below. Returns whether the two reads agreed."""
    reserved = ProductVariant.objects.values_list("reserved_quantity", flat=True).get(pk=variant.pk)
    held = CartItem.objects.filter(product_variant=variant).aggregate(units=Sum("reserved_quantity"))["units"]
    return bool(reserved == (held or 0))


@contextmanager
def shoppers_adding(variant: ProductVariant, shoppers: int = 2) -> Iterator[Callable[[], int]]:
    """Shoppers who add one unit after another; yields how many were added so far."""
    stop, added, failures = threading.Event(), [0] * shoppers, []

    def shop(number: int) -> None:
        try:
            while not stop.is_set():
                add(variant)
                added[number] += 1
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=shop, args=[number]) for number in range(shoppers)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: sum(added)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures


@pytest.mark.django_db(transaction=True)
def test_a_busy_shop_never_looks_wrong(make_variant: MakeVariant) -> None:
    variant = make_variant(1_000_000)
    with shoppers_adding(variant) as added:
        wait_until(lambda: not audit_in_two_statements(variant), "an audit in two statements finds a false difference")
        for _ in range(50):
            before = added()
            assert audit_stock().is_clean
            wait_until(lambda before=before: added() > before, "a shopper adds")  # type: ignore[misc]
    assert audit_stock().is_clean


# --- Correcting


def test_a_leaked_hold_goes_back_to_the_shelf(variant: ProductVariant) -> None:
    """Columns and ledger agree on what is on hand, so only the two columns change."""
    add(variant, 3)
    spoil(variant, reserved_quantity=5, stock_quantity=5)
    assert fix(variant) == [f"{variant.sku}: reserved 5 -> 3, free 5 -> 7"]
    assert numbers(variant) == (7, 3, 10)


def test_a_lost_reserved_column_takes_nothing_from_sale(variant: ProductVariant) -> None:
    """Free stock and lines add up to the ledger: two witnesses against the one column."""
    add(variant, 3)
    spoil(variant, reserved_quantity=0)
    assert len(fix(variant)) == 1
    assert numbers(variant) == (7, 3, 10)


@pytest.mark.parametrize(("free", "delta"), [(12, 5), (2, -5)])
def test_the_ledger_is_completed_to_what_shoppers_were_sold_against(
    variant: ProductVariant, free: int, delta: int
) -> None:
    add(variant, 3)
    spoil(variant, stock_quantity=free)
    (sentence,) = fix(variant)
    entry = StockMovement.objects.filter(variant=variant).first()
    assert entry is not None
    assert (entry.kind, entry.delta, entry.balance_after) == ("correction", delta, free + 3)
    assert entry.reason == f"Audit: {free + 3} on hand, the ledger said 10"
    assert entry.reason in sentence
    assert numbers(variant) == (free, 3, free + 3)


def test_no_promise_is_broken_and_nothing_goes_negative(variant: ProductVariant) -> None:
    """Carts hold ten, both columns and the ledger know of fewer: as many are on hand as carts were promised."""
    add(variant, 10)
    spoil(variant, reserved_quantity=4)
    move_stock(variant_id=variant.pk, delta=1, kind=StockMovement.Kind.RECEIPT, reason="Delivery")
    spoil(variant, stock_quantity=0)
    fix(variant)
    assert numbers(variant) == (0, 10, 10)


def test_a_closed_cart_gives_back(variant: ProductVariant) -> None:
    closed, other = add(variant, 3), add(variant, 2)
    Cart.objects.filter(pk=closed.pk).update(status=Cart.Status.ABANDONED)
    assert fix(variant)[0] == f"{variant.sku}: took back 3 that closed cart {closed.pk} held"
    assert numbers(variant) == (8, 2, 10)
    assert [line.reserved_quantity for line in CartItem.objects.order_by("pk")] == [0, 2]
    assert Cart.objects.get(pk=other.pk).items.get().reserved_until is not None


def test_a_closed_cart_whose_units_nobody_counts_adds_none(make_variant: MakeVariant) -> None:
    """Giving back blindly would make reserved negative, or conjure up units."""
    variant = make_variant(3)
    cart = add(variant, 3)
    Cart.objects.filter(pk=cart.pk).update(status=Cart.Status.MERGED)
    spoil(variant, reserved_quantity=0, stock_quantity=3)
    fix(variant)
    assert numbers(variant) == (3, 0, 3)


def test_a_broken_chain_starts_anew_and_stays_in_the_ledger(variant: ProductVariant) -> None:
    tamper(StockMovement.objects.filter(variant=variant), balance_after=9)
    fix(variant)
    assert list(variant.movements.values_list("delta", "balance_after")) == [(0, 10), (10, 9)]
    move_stock(variant_id=variant.pk, delta=5, kind=StockMovement.Kind.RECEIPT, reason="Delivery")
    assert audit_stock().is_clean


def test_a_chain_that_breaks_after_a_correction_is_found(variant: ProductVariant) -> None:
    spoil(variant, stock_quantity=12)
    fix(variant)
    later = move_stock(variant_id=variant.pk, delta=5, kind=StockMovement.Kind.RECEIPT, reason="Delivery")
    tamper(StockMovement.objects.filter(pk=later.pk), balance_after=1)
    assert found(variant) == [("ledger_chain", 1, 17)]


def test_only_a_correction_may_have_no_delta(variant: ProductVariant) -> None:
    entry = StockMovement(variant=variant, kind="receipt", delta=0, balance_after=10, reason="Nothing")
    with pytest.raises(IntegrityError, match="delta_not_zero"), transaction.atomic():
        entry.save()


def test_what_was_right_again_by_then_is_left_alone(variant: ProductVariant) -> None:
    spoil(variant, stock_quantity=12)
    report = audit_stock()
    spoil(variant, stock_quantity=10)
    assert fix_stock(report) == []
    assert numbers(variant) == (10, 0, 10)


def test_a_correction_of_free_stock_is_announced(variant: ProductVariant) -> None:
    add(variant, 3)
    spoil(variant, reserved_quantity=5, stock_quantity=5)
    OutboxRow.objects.all().delete()
    fix_stock(audit_stock())
    assert list(OutboxRow.objects.values_list("effect", "key")) == [("check_low_stock", str(variant.pk))]


@pytest.mark.django_db(transaction=True)
def test_correcting_waits_for_a_shopper_and_counts_what_they_took(make_variant: MakeVariant) -> None:
    """The look was before the add, the correction after it: a correction by the first look would lose the hold."""
    variant = make_variant(10)
    spoil(variant, stock_quantity=12)
    report = audit_stock()
    corrected = threading.Event()

    def correct() -> None:
        fix_stock(report)
        corrected.set()
        connection.close()

    thread = threading.Thread(target=correct)
    with transaction.atomic():
        add(variant, 3)
        thread.start()
        wait_until(somebody_waits, "the correction waits for the shopper's lock")
        assert not corrected.is_set()
    thread.join()
    assert numbers(variant) == (9, 3, 12)
    assert audit_stock().is_clean


def test_a_run_out_hold_that_was_swept_is_no_difference(variant: ProductVariant) -> None:
    add(variant, 3)
    CartItem.objects.update(reserved_until=Now() - timedelta(seconds=1))
    assert audit_stock().is_clean
    release_expired_holds()
    assert audit_stock().is_clean


# --- The command, the record


def run(*arguments: str) -> tuple[str, int]:
    """What `manage.py audit_stock` prints, and its exit code."""
    out = StringIO()
    try:
        call_command("audit_stock", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


def test_command_without_a_difference(variant: ProductVariant) -> None:
    assert run() == ("1 variant checked, 0 differences.\n", 0)
    assert run("--fix") == ("1 variant checked, 0 differences.\n", 0)


def test_command_lists_and_says_what_to_do(variant: ProductVariant) -> None:
    spoil(variant, stock_quantity=12)
    text, code = run()
    assert code == 1
    assert f"{variant.sku} (variant {variant.pk}): 12 on hand, but the ledger adds up to 10" in text
    assert "audit_stock --fix" in text
    assert numbers(variant) == (12, 0, 10)


def test_command_fixes_says_so_and_finds_nothing_the_second_time(variant: ProductVariant) -> None:
    spoil(variant, stock_quantity=12)
    text, code = run("--fix")
    assert code == 0
    assert f"{variant.sku}: ledger entry +2 (Audit: 12 on hand, the ledger said 10)" in text
    assert "Checked again: 0 differences." in text
    assert run() == ("1 variant checked, 0 differences.\n", 0)


def test_command_as_json(variant: ProductVariant) -> None:
    spoil(variant, stock_quantity=12)
    text, code = run("--json")
    expected = {
        "variant_id": variant.pk,
        "sku": variant.sku,
        "rule": "on_hand",
        "stored": 12,
        "computed": 10,
        "about_id": None,
    }
    answer = json.loads(text)
    assert (code, answer["differences"], answer["left"], answer["is_clean"]) == (1, [expected], [expected], False)
    text, code = run("--json", "--fix")
    assert (code, json.loads(text)["left"], json.loads(text)["is_clean"]) == (0, [], True)


def test_each_run_is_kept_and_dropped_after_ninety_days(variant: ProductVariant) -> None:
    spoil(variant, stock_quantity=12)
    run_audit(fix=True)
    kept = StockAudit.objects.get()
    assert (kept.variants_checked, kept.difference_count, kept.left_count) == (1, 1, 0)
    assert kept.differences[0]["sku"] == variant.sku
    assert kept.fixed[0].startswith(variant.sku)
    StockAudit.objects.update(ran_at=Now() - timedelta(days=91))
    run_audit()
    assert [row.difference_count for row in StockAudit.objects.all()] == [0]


def test_a_difference_is_logged_as_an_error(variant: ProductVariant, caplog: pytest.LogCaptureFixture) -> None:
    run_audit()
    assert not caplog.records
    spoil(variant, stock_quantity=12)
    run_audit()
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.django_db(transaction=True)
def test_beat_runs_it_in_a_worker_which_corrects_nothing(make_variant: MakeVariant, celery_worker: Any) -> None:
    variant = make_variant(10)
    spoil(variant, stock_quantity=12)
    task = app.tasks[str(BEAT_SCHEDULE["audit_stock"]["task"])].delay()
    wait_until(lambda: TaskResult.objects.filter(task_id=task.id, status="SUCCESS").exists(), "its result is stored")
    assert (task.get(), StockAudit.objects.get().left_count) == (1, 1)
    assert numbers(variant) == (12, 0, 10)


def test_guests_and_customers_count_alike(variant: ProductVariant, guest: Owner, make_user: Any) -> None:
    add_product_to_cart(make_user("ada"), variant.pk, 2)
    add_product_to_cart(None, variant.pk, 1, guest_token=guest.guest_token)
    assert audit_stock().is_clean
