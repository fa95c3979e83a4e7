"""A confirmed import is applied once and whole, or not at all; what changed meanwhile is looked at again."""

import threading
from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction

from inventory.errors import ImportNotWaiting, MovesRefused
from inventory.imports import applying, importers
from inventory.imports.models import ImportJob
from inventory.imports.services import cancel_import, confirm_import, same_files
from inventory.locks import lock_import
from inventory.models import StockMovement
from inventory.services import move_stock, move_stock_in_bulk
from inventory.services.bulk import Move
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.inventory.imports.conftest import Upload, advanced, errors, shown
from tests.support.shopping import held, nothing_changes, stock

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportJob.State
Kind = StockMovement.Kind
Confirm = Callable[[ImportJob], ImportJob]


def test_every_row_becomes_a_line_of_the_ledger(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant, manager: User
) -> None:
    one, two = make_variant(10), make_variant(4)
    job = upload("sku,delta,reason,kind", f"{one.sku},-3,Broken,", f"{two.sku},6,Delivery 7,receipt")
    job = advanced(confirm(job))
    assert (job.state, job.result) == (State.APPLIED, "2 stock movements: 6 units added, 3 taken.")
    lines = StockMovement.objects.exclude(kind="opening").order_by("id")
    cause = f"import {job.pk}: count.csv"
    assert list(lines.values_list("variant_id", "kind", "delta", "balance_after", "reason", "cause", "actor_id")) == [
        (one.pk, "adjustment", -3, 7, "Broken", cause, manager.pk),
        (two.pk, "receipt", 6, 10, "Delivery 7", cause, manager.pk),
    ]
    assert (stock(one), stock(two)) == ((7, 0), (10, 0))
    assert OutboxRow.objects.filter(effect="check_low_stock", key__in=[one.pk, two.pk]).count() >= 2


def test_every_count_becomes_a_line_of_the_ledger_with_what_was_counted(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant
) -> None:
    one, same, not_counted = make_variant(10), make_variant(4), make_variant(7)
    advanced(confirm(upload("sku,counted,reason", f"{one.sku},12,Stocktake", f"{same.sku},4,Stocktake")))
    header, unedited = "sku,expected,counted,reason", f"{not_counted.sku},7,7,Stocktake"
    assert upload(header, unedited).differences == 0
    lines = StockMovement.objects.exclude(kind="opening").order_by("id")
    assert list(lines.values_list("variant_id", "kind", "delta", "balance_after")) == [
        (one.pk, "count", 2, 12),
        (same.pk, "count", 0, 4),
    ]


def test_the_admin_log_tells_who_uploaded_confirmed_and_what_was_done(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant, manager: User
) -> None:
    advanced(confirm(upload("sku,delta,reason", f"{make_variant().sku},1,Found")))
    told = LogEntry.objects.order_by("id").values_list("user_id", "change_message")
    assert list(told) == [
        (manager.pk, "Uploaded count.csv."),
        (manager.pk, "Confirmed preview 1 (differences: 1)."),
        (manager.pk, "Applied. 1 stock movement: 1 unit added, 0 taken."),
    ]


def test_done_again_it_does_nothing(upload: Upload, confirm: Confirm, make_variant: MakeVariant) -> None:
    job = advanced(confirm(upload("sku,delta,reason", f"{make_variant().sku},1,Found")))
    with nothing_changes():
        assert advanced(job).state == State.APPLIED


def test_two_workers_at_once_apply_it_once(upload: Upload, confirm: Confirm, make_variant: MakeVariant) -> None:
    """The second comes while the first has written everything and not committed."""
    variant = make_variant(10)
    job = confirm(upload("sku,delta,reason", f"{variant.sku},1,Found"))
    second = threading.Thread(target=advance_and_close, args=(job,))
    with transaction.atomic():
        applying.advance_import(job_id=job.pk)
        second.start()
        second.join(0.5)
        assert second.is_alive()
    second.join(30)
    assert stock(variant) == (11, 0)


def advance_and_close(job: ImportJob) -> None:
    try:
        applying.advance_import(job_id=job.pk)
    finally:
        connection.close()


def test_confirmed_twice_it_is_refused_the_second_time(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant
) -> None:
    job = upload("sku,delta,reason", f"{make_variant().sku},1,Found")
    confirm(job)
    with pytest.raises(ImportNotWaiting, match="waits for no decision any more: Being applied"):
        confirm(job)
    assert OutboxRow.objects.filter(effect="advance_imports", key=job.pk).count() == 2  # the upload's, one decision's


def test_a_decision_is_about_the_preview_that_was_seen(
    upload: Upload, make_variant: MakeVariant, manager: User
) -> None:
    job = upload("sku,delta,reason", f"{make_variant().sku},1,Found")
    with pytest.raises(ImportNotWaiting, match="preview was redone"):
        confirm_import(job_id=job.pk, preview=job.preview - 1, by=manager)


def test_a_file_that_changes_nothing_is_not_applied(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant
) -> None:
    with pytest.raises(ImportNotWaiting, match="any more: Changes nothing"):
        confirm(upload("sku,expected,counted,reason", f"{make_variant(10).sku},10,10,Counted"))


def test_errors_cannot_be_confirmed(upload: Upload, confirm: Confirm) -> None:
    with pytest.raises(ImportNotWaiting, match="any more: Refused"):
        confirm(upload("sku,delta,reason", "NONE,1,Found"))


def test_cancelled_before_a_worker_came_it_is_never_applied(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant, manager: User
) -> None:
    job = confirm(upload("sku,delta,reason", f"{make_variant().sku},1,Found"))
    cancel_import(job_id=job.pk, by=manager)
    with nothing_changes():
        assert advanced(job).state == State.CANCELLED
    with pytest.raises(ImportNotWaiting, match="This import is over: Cancelled"):
        cancel_import(job_id=job.pk, by=manager)


def test_a_worker_at_it_is_not_waited_for(upload: Upload, make_variant: MakeVariant, manager: User) -> None:
    job = upload("sku,delta,reason", f"{make_variant().sku},1,Found")
    refused = []

    def cancel() -> None:
        try:
            cancel_import(job_id=job.pk, by=manager)
        except ImportNotWaiting as error:
            refused.extend(error.messages)
        finally:
            connection.close()

    with transaction.atomic():
        lock_import(job.pk)
        other = threading.Thread(target=cancel)
        other.start()
        other.join(30)
    assert refused == ["A worker is at this import just now. Look again in a moment."]


def test_a_count_of_what_was_sold_meanwhile_is_shown_again(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant
) -> None:
    one, other = make_variant(10), make_variant(10)
    job = upload("sku,counted,reason", f"{one.sku},12,Counted", f"{other.sku},9,Counted")
    move_stock(variant_id=one.pk, delta=-1, kind=Kind.ADJUSTMENT, reason="Sold")
    confirm(job)
    with nothing_changes():
        job = advanced(job)
    assert (job.state, job.preview, job.confirmed_by) == (State.CHECKED, 2, None)
    assert f"Line 2, {one.sku}: 10 when you looked, 9 now" in job.problem
    assert shown(job)[0] == (2, one.sku, "Counted", "9", "12")
    assert advanced(confirm(job)).state == State.APPLIED
    assert (stock(one), stock(other)) == ((12, 0), (9, 0))


def test_a_count_that_has_become_true_or_untrue_is_told(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant
) -> None:
    one, two = make_variant(10), make_variant(10)
    job = upload("sku,counted,reason", f"{one.sku},9,Counted", f"{two.sku},10,Counted")
    confirm(job)
    for variant in (one, two):
        move_stock(variant_id=variant.pk, delta=-1, kind=Kind.ADJUSTMENT, reason="Sold")
    job = advanced(job)
    for line, variant in ((2, one), (3, two)):
        assert f"Line {line}, {variant.sku}: 10 when you looked, 9 now" in job.problem


def test_units_to_add_or_take_move_along_with_the_stock(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant
) -> None:
    variant = make_variant(10)
    job = confirm(upload("sku,delta,reason", f"{variant.sku},-3,Broken"))
    move_stock(variant_id=variant.pk, delta=-5, kind=Kind.ADJUSTMENT, reason="Sold")
    assert advanced(job).state == State.APPLIED
    assert stock(variant) == (2, 0)


def test_units_to_take_that_are_gone_refuse_the_whole_file(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant
) -> None:
    one, other = make_variant(10), make_variant(10)
    job = confirm(upload("sku,delta,reason", f"{other.sku},-1,Broken", f"{one.sku},-3,Broken"))
    move_stock(variant_id=one.pk, delta=-8, kind=Kind.ADJUSTMENT, reason="Sold")
    with nothing_changes():
        job = advanced(job)
    assert job.state == State.REFUSED
    assert errors(job) == {3: "2 are on hand; taking 3 would leave fewer than none."}
    assert "nothing was applied" in job.problem


@pytest.mark.parametrize("column", ["delta", "counted"])
def test_a_sale_between_the_look_and_the_locks_is_seen_under_them(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    """The rival acts at the seam: the plan is made, the rows are not locked yet."""
    variant = make_variant(10)
    job = confirm(upload(f"sku,{column},reason", f"{variant.sku},{'-9' if column == 'delta' else '5'},Broken"))
    carry_out = move_stock_in_bulk

    def sell_first(**arguments: object) -> None:
        monkeypatch.undo()
        rival = threading.Thread(target=sell_and_close, args=(variant.pk,))
        rival.start()
        rival.join(30)
        carry_out(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(importers, "move_stock_in_bulk", sell_first)
    job = advanced(job)
    assert job.state == (State.REFUSED if column == "delta" else State.CHECKED)
    assert "Something changed after you looked, so nothing was applied" in job.problem
    assert stock(variant) == (8, 0)


def sell_and_close(variant_id: int) -> None:
    try:
        move_stock(variant_id=variant_id, delta=-2, kind=Kind.ADJUSTMENT, reason="Sold")
    finally:
        connection.close()


def test_holds_that_come_and_go_change_no_count(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant, guest: object
) -> None:
    variant = make_variant(10)
    job = confirm(upload("sku,counted,reason", f"{variant.sku},8,Counted"))
    held(guest, variant, 3)  # type: ignore[arg-type]
    assert advanced(job).state == State.APPLIED
    assert stock(variant) == (5, 3)


def test_an_error_of_ours_changes_nothing_and_is_told(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raised after everything was written, so that what was written is what must be gone."""
    job = confirm(upload("sku,delta,reason", f"{make_variant().sku},1,Found"))
    monkeypatch.setattr(applying, "log_import", lambda *arguments: 1 // 0)
    with nothing_changes():
        job = advanced(job)
    assert job.state == State.FAILED
    assert "Nothing was changed. ZeroDivisionError" in job.problem


def test_a_lock_that_is_not_to_be_had_is_left_to_the_next_try(
    upload: Upload, confirm: Confirm, make_variant: MakeVariant
) -> None:
    variant = make_variant(10)
    job = confirm(upload("sku,delta,reason", f"{variant.sku},1,Found"))
    failed = []

    def advance() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            applying.advance_import(job_id=job.pk)
        except OperationalError as error:
            failed.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        move_stock(variant_id=variant.pk, delta=1, kind=Kind.ADJUSTMENT, reason="A shopper, say")
        other = threading.Thread(target=advance)
        other.start()
        other.join(30)
    job.refresh_from_db()
    assert (len(failed), job.state) == (1, State.APPLYING)
    assert advanced(job).state == State.APPLIED
    assert stock(variant) == (12, 0)


def test_the_same_file_a_second_time_is_known(upload: Upload, confirm: Confirm, make_variant: MakeVariant) -> None:
    lines = ("sku,delta,reason", f"{make_variant().sku},1,Found")
    first = advanced(confirm(upload(*lines)))
    assert list(same_files(upload(*lines, name="copy.csv"))) == [first]
    assert list(same_files(upload(*lines, ""))) == []


def test_the_bulk_service_refuses_two_moves_of_one_variant(make_variant: MakeVariant) -> None:
    move = Move(make_variant(10).pk, 1, Kind.ADJUSTMENT, "Found")
    with nothing_changes(), pytest.raises(ValueError, match="Two moves of one variant"):
        move_stock_in_bulk(moves=[move, move], cause="test", actor=None)


def test_the_bulk_service_names_the_variants_that_refuse(make_variant: MakeVariant) -> None:
    good, empty = make_variant(10), make_variant(0)
    moves = [Move(pk, -1, Kind.ADJUSTMENT, "Lost") for pk in (good.pk, empty.pk, 10**9)]
    with nothing_changes(), pytest.raises(MovesRefused) as refused:
        move_stock_in_bulk(moves=moves, cause="test", actor=None)
    assert refused.value.variant_ids == [empty.pk, 10**9]
