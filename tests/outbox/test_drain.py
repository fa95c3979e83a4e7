"""Rows are done in batches, each exactly once, and a bad one never holds up the rest."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models.functions import Now

from analytics.models import AnalyticsEvent
from core.transactions import clock
from outbox import drain as draining
from outbox import retry, wakeup
from outbox.dead_letters import retry_dead_rows
from outbox.drain import drain
from outbox.intents import Intent, enqueue
from outbox.models import OutboxRow
from outbox.registry import Batch, Handler
from outbox.retry import MOST_ATTEMPTS
from outbox.wakeup import wake_for_waiting_rows
from tests.support.effects import MakeEffect, messages

pytestmark = pytest.mark.django_db(transaction=True)


def make_due() -> None:
    """Let every wait of a failed row be over."""
    OutboxRow.objects.update(due_at=Now() - timedelta(hours=1))


def backs_off(run: Callable[[], object], *, attempt: int) -> bool:
    """Whether the row is due about 2 ** attempt seconds after `run` tried it, however long that took."""
    before = clock()
    run()
    after = clock()
    due_at = OutboxRow.objects.values_list("due_at", flat=True).get()
    least, most = (timedelta(seconds=2**attempt * share) for share in (0.75, 1.25))
    return before + least <= due_at <= after + most


def refuse(poison: str) -> Handler:
    def handle(batch: Batch) -> None:
        if poison in batch.keys:
            raise ValueError("poison")

    return handle


def record(batch: Batch) -> None:
    """An effect that can be counted afterwards: an event for each key."""
    AnalyticsEvent.objects.bulk_create([AnalyticsEvent(name=key, occurred_at=Now()) for key in batch.keys])


def test_rows_of_one_key_are_done_together_oldest_first(make_effect: MakeEffect) -> None:
    batches = make_effect("one")
    enqueue(Intent("one", key=key, payload={"n": n}) for n, key in enumerate([7, 5, 7]))
    assert drain("one") == 3
    assert [batch.payloads for batch in batches] == [
        {"7": [{"v": 1, "n": 0}, {"v": 1, "n": 2}], "5": [{"v": 1, "n": 1}]}
    ]
    assert batches[0].ids == [5, 7]
    assert not OutboxRow.objects.exists()


def test_a_drain_that_finds_no_row_does_nothing(make_effect: MakeEffect) -> None:
    batches = make_effect("one")
    assert drain("one") == 0
    assert batches == []


def test_a_drain_leaves_the_rows_of_other_effects(make_effect: MakeEffect) -> None:
    make_effect("one")
    make_effect("two")
    enqueue([Intent("one", key=1), Intent("two", key=1)])
    drain("one")
    assert OutboxRow.objects.get().effect == "two"


def test_more_rows_than_a_batch_are_done_in_several(make_effect: MakeEffect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "BATCH", 2)
    batches = make_effect("one")
    enqueue(Intent("one", key=key) for key in range(5))
    assert drain("one") == 5
    assert [batch.ids for batch in batches] == [[0, 1], [2, 3], [4]]


def test_a_batch_is_no_larger_than_it_may_be_by_whatever_plan(
    make_effect: MakeEffect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where PostgreSQL believes that the table is nearly empty, it may ask the inner query again for each row."""
    monkeypatch.setattr(draining, "BATCH", 2)
    batches = make_effect("one")
    enqueue(Intent("one", key=key) for key in range(5))
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "indexscan", "bitmapscan"):
            cursor.execute(f"SET enable_{way} = off")
    try:
        assert drain("one") == 5
    finally:
        connection.close()
    assert [batch.ids for batch in batches] == [[0, 1], [2, 3], [4]]


def test_effect_and_row_go_in_one_transaction(make_effect: MakeEffect) -> None:
    """What an effect wrote before it failed is gone with it, and the row is still there."""

    def write_and_fail(batch: Batch) -> None:
        record(batch)
        raise ValueError("after writing")

    make_effect("one", write_and_fail)
    enqueue([Intent("one", key="a")])
    assert drain("one") == 0
    assert not AnalyticsEvent.objects.exists()
    assert OutboxRow.objects.get().error == "ValueError: after writing"


def test_a_poison_row_never_holds_up_the_rest(make_effect: MakeEffect) -> None:
    make_effect("one", refuse("bad"))
    enqueue(Intent("one", key=key) for key in ["a", "bad", "b"])
    assert drain("one") == 2
    row = OutboxRow.objects.get()
    assert (row.key, row.attempts, row.is_dead) == ("bad", 1, False)


def test_a_failed_row_waits_longer_each_time_and_then_is_dead(make_effect: MakeEffect) -> None:
    batches = make_effect("one", refuse("bad"))
    enqueue([Intent("one", key="bad")])
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert backs_off(lambda: drain("one"), attempt=attempt)
        if attempt > 4:  # a wait that outlasts the slowest machine
            drain("one")  # not due yet: no attempt
        make_due()
    row = OutboxRow.objects.get()
    assert (row.attempts, row.is_dead, row.error) == (MOST_ATTEMPTS, True, "ValueError: poison")
    tried = len(batches)
    drain("one")
    assert len(batches) == tried


def test_after_a_lost_worker_each_row_is_tried_alone_and_counted_before(make_effect: MakeEffect) -> None:
    attempts_seen = []

    def look(batch: Batch) -> None:
        attempts_seen.append((batch.keys, OutboxRow.objects.get(key=batch.keys[0]).attempts))

    make_effect("one", look)
    enqueue([Intent("one", key="a"), Intent("one", key="b")])
    assert drain("one", after_a_loss=True) == 2
    assert attempts_seen == [(["a"], 1), (["b"], 1)]


class Killed(BaseException):
    """What ends a worker in the middle: nothing that follows is done."""


def kill(batch: Batch) -> None:
    raise Killed


def test_a_row_whose_worker_died_is_due_again_as_if_it_had_failed(make_effect: MakeEffect) -> None:
    make_effect("one", kill)
    enqueue([Intent("one", key="killer")])

    def lose_a_worker() -> None:
        with pytest.raises(Killed):
            drain("one", after_a_loss=True)

    for attempt in range(1, 4):
        assert backs_off(lose_a_worker, attempt=attempt)
        make_due()


def test_an_attempt_that_is_under_way_is_neither_waited_for_nor_counted_twice(make_effect: MakeEffect) -> None:
    """However long it takes: its row is due again, but locked."""
    inside, go_on = threading.Event(), threading.Event()

    def stand(batch: Batch) -> None:
        record(batch)
        inside.set()
        assert go_on.wait(30)

    make_effect("one", stand)
    enqueue([Intent("one", key="a")])
    OutboxRow.objects.update(attempts=MOST_ATTEMPTS - 1)
    first = threading.Thread(target=drain_and_close, args=("one",))
    in_an_instant = timedelta(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry, "_backoff", lambda attempts: in_an_instant)
        first.start()
        assert inside.wait(30)
    assert OutboxRow.objects.due("one").get().attempts == MOST_ATTEMPTS
    assert drain("one") == 0
    assert not OutboxRow.objects.get().is_dead
    go_on.set()
    first.join(30)
    assert AnalyticsEvent.objects.get().name == "a"
    assert not OutboxRow.objects.exists()


def test_a_row_that_lost_its_worker_each_time_is_dead_at_last(make_effect: MakeEffect) -> None:
    batches = make_effect("one")
    enqueue([Intent("one", key="killer")])
    OutboxRow.objects.update(attempts=MOST_ATTEMPTS)
    assert drain("one") == 0
    assert OutboxRow.objects.get().is_dead
    assert batches == []


def test_a_drain_stays_for_what_its_rows_set_off_and_no_message_is_sent_for_it(make_effect: MakeEffect) -> None:
    def ask_for_more(batch: Batch) -> None:
        if "first" in batch.keys:
            enqueue([Intent("one", key="second")])

    batches = make_effect("one", ask_for_more)
    enqueue([Intent("one", key="first")])
    assert drain("one") == 2
    assert [batch.keys for batch in batches] == [["first"], ["second"]]
    assert messages() == 1


def test_a_row_that_comes_with_the_last_look_is_done_and_none_after_it_is_missed(make_effect: MakeEffect) -> None:
    """The rival commits between the look that found nothing and the rearming: its change sends no message."""
    batches = make_effect("one")
    enqueue([Intent("one", key="early")])

    def rival_then_rearm(name: str, rearm: Callable[[str], None] = wakeup.rearm) -> None:
        if len(batches) == 1:
            enqueue([Intent("one", key="late")])
        rearm(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wakeup, "rearm", rival_then_rearm)
        assert drain("one") == 2
    assert messages() == 1
    enqueue([Intent("one", key="after")])
    assert messages() == 2


def test_two_drains_at_once_share_the_rows(make_effect: MakeEffect) -> None:
    """The first stands in the middle of its effect while the second comes: neither waits, no row is done twice."""
    inside, go_on = threading.Event(), threading.Event()

    def stand(batch: Batch) -> None:
        record(batch)
        if "a" in batch.keys:
            inside.set()
            assert go_on.wait(30)

    make_effect("one", stand)
    enqueue([Intent("one", key="a")])
    first = threading.Thread(target=drain_and_close, args=("one",))
    first.start()
    assert inside.wait(30)
    enqueue([Intent("one", key="b")])
    assert drain("one") == 1
    go_on.set()
    first.join(30)
    assert sorted(AnalyticsEvent.objects.values_list("name", flat=True)) == ["a", "b"]
    assert not OutboxRow.objects.exists()


def drain_and_close(name: str) -> None:
    try:
        drain(name)
    finally:
        connection.close()


def test_a_drain_whose_time_is_up_hands_over(make_effect: MakeEffect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "LONGEST", 0.0)
    batches = make_effect("one")
    with transaction.atomic():
        enqueue([Intent("one", key="a")])
    before = messages()
    assert drain("one") == 0
    assert batches == []
    assert messages() == before + 1


def test_the_sweep_rings_for_rows_that_were_left(make_effect: MakeEffect) -> None:
    make_effect("one")
    enqueue([Intent("one", key="a")])
    assert wake_for_waiting_rows(longer_than=timedelta(minutes=30)) == []
    make_due()
    before = messages()
    assert wake_for_waiting_rows(longer_than=timedelta(minutes=30)) == ["one"]
    assert messages() == before + 1


def test_the_sweep_leaves_dead_rows_and_unknown_effects(make_effect: MakeEffect) -> None:
    make_effect("one")
    enqueue([Intent("one", key="a")])
    OutboxRow.objects.update(is_dead=True, attempts=MOST_ATTEMPTS)
    OutboxRow.objects.create(effect="of another version", key="x")
    make_due()
    assert wake_for_waiting_rows(longer_than=timedelta(minutes=30)) == []


def sweep() -> OutboxRow:
    """Sweep, and return the only row."""
    wake_for_waiting_rows(longer_than=timedelta(0))
    return OutboxRow.objects.get()


def due_for(minutes: int) -> None:
    OutboxRow.objects.update(due_at=Now() - timedelta(minutes=minutes))


@pytest.mark.parametrize("attempts", [0, 3])
def test_a_row_that_no_code_knows_waits_for_a_release_then_is_dead_and_then_done_by_code_that_knows_it(
    make_effect: MakeEffect, attempts: int
) -> None:
    OutboxRow.objects.create(effect="new", key="x", attempts=attempts)
    due_for(14)
    assert not sweep().is_dead
    due_for(16)
    row = sweep()
    assert row.is_dead
    assert "No code of this version knows this effect" in row.error
    batches = make_effect("new")
    assert not sweep().is_dead
    assert drain("new") == 1
    assert [batch.keys for batch in batches] == [["x"]]


def test_a_row_that_staff_retry_before_its_code_is_there_gets_the_same_time_again(make_effect: MakeEffect) -> None:
    row = OutboxRow.objects.create(effect="new", key="x")
    due_for(16)
    assert sweep().is_dead
    assert retry_dead_rows([row.pk], actor=User.objects.create_superuser("boss")) == 1
    assert not sweep().is_dead
    make_effect("new")
    assert drain("new") == 1


def test_a_row_that_failed_too_often_is_not_done_again_by_a_sweep(make_effect: MakeEffect) -> None:
    make_effect("one")
    OutboxRow.objects.create(effect="one", key="x", attempts=MOST_ATTEMPTS, is_dead=True)
    due_for(16)
    assert sweep().is_dead
