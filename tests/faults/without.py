"""The guards, each of which can be taken out to see that its row then fails: `WITHOUT=sweep make faults ARGS=…`."""

import os
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

_wanted = set(filter(None, os.environ.get("WITHOUT", "").split(",")))


def _module(name: str) -> Any:
    """Imported only when its guard is taken out, and of no type: what is done to it is no type's business."""
    return import_module(name)


if "celery_guard" in _wanted:  # it is put in when the Celery application is imported
    _module("workers.celery_guard").install = lambda: None


def take_out_guards() -> None:
    """Take out those that WITHOUT names."""
    for name in _wanted - {"celery_guard"}:
        _GUARDS[name]()


def _sweep() -> None:
    """Nobody is woken for rows whose message was lost."""
    app = _module("celery_app").app
    app.conf.beat_schedule = {k: v for k, v in app.conf.beat_schedule.items() if k != "sweep_outbox"}


def _clear_before() -> None:
    """A drain rearms after it looked for rows, so a wake-up between the two is lost."""
    wakeup, draining = _module("outbox.wakeup"), _module("outbox.drain")
    rearm, drain = wakeup.rearm, draining.drain
    wakeup.rearm = lambda effect: None

    def drain_then_rearm(effect: str, **options: Any) -> int:
        done: int = drain(effect, **options)
        time.sleep(0.05)  # any worker may be this slow here; it makes the race sure to be met
        rearm(effect)
        return done

    draining.drain = drain_then_rearm


def _skip_locked() -> None:
    """Drains wait for each other's rows."""
    draining = _module("outbox.drain")
    draining._CLAIM_FRESH = draining._CLAIM_FRESH.replace("SKIP LOCKED", "")


def _effect_in_transaction() -> None:
    """Rows are deleted and committed, and only then is their effect done."""
    draining = _module("outbox.drain")

    def batch(drain: Any) -> int | None:
        rows = list(draining.OutboxRow.objects.raw(draining._CLAIM_FRESH, [drain.effect, draining.BATCH]))
        if not rows:
            return None
        drain._handle(rows, draining.Stopwatch())
        return len(rows)

    draining._Drain.batch = batch


def _delete_in_transaction() -> None:
    """The effect is committed, and only then are its rows deleted."""
    draining = _module("outbox.drain")

    def batch(drain: Any) -> int | None:
        rows = list(draining.OutboxRow.objects.filter(effect=drain.effect, attempts=0, is_dead=False)[: draining.BATCH])
        if not rows:
            return None
        drain._handle(rows, draining.Stopwatch())
        draining.OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
        return len(rows)

    draining._Drain.batch = batch


def _row_by_row() -> None:
    """A batch that fails is not tried row by row."""
    draining = _module("outbox.drain")
    draining._Drain._alone = lambda drain, row_id: False


def _attempt_first() -> None:
    """An attempt is not counted before it is made."""
    draining = _module("outbox.drain")
    draining._begin = lambda row_id: True


def _check_connections() -> None:
    """Kept database connections are not looked at before a task."""
    from celery.signals import task_prerun

    task_prerun.disconnect(dispatch_uid="workers.check_connections")


def _breaker() -> None:
    """Every request asks a Redis that does not answer."""
    _module("core.redis").SILENCE = 0.0


def _key() -> None:
    """A repeated form adds again."""
    adding = _module("cart.services.lines")
    adding.record_key = lambda key, **facts: None


def _retries() -> None:
    """A deadlock is not tried again."""
    transactions = _module("core.transactions")
    transactions._RETRIES = 0


def _database_clock() -> None:
    """Whether a hold ran out is judged by the clock of the process."""
    from django.utils import timezone

    expiring, holding = _module("cart.services.sweeps"), _module("cart.services.units")
    expiring.clock = holding.clock = timezone.now


def _conditional_update() -> None:
    """Stock is read, compared and written."""
    writing = _module("cart.services.writing")
    from tests.support.shop_oversold import read_then_write

    writing.take = read_then_write


def _mark_last() -> None:
    """An e-mail counts as sent as soon as a worker has it in its hands."""
    delivering = _module("delivery.deliver")
    lease = delivering.lease

    def lease_and_mark(delivery_id: int) -> Any:
        delivery = lease(delivery_id)
        delivering.Delivery.objects.filter(pk=delivery_id).update(sent_at=delivering.Now())
        return delivery

    delivering.lease = lease_and_mark


_GUARDS: dict[str, Callable[[], None]] = {
    "sweep": _sweep,
    "clear_before": _clear_before,
    "skip_locked": _skip_locked,
    "effect_in_transaction": _effect_in_transaction,
    "delete_in_transaction": _delete_in_transaction,
    "row_by_row": _row_by_row,
    "attempt_first": _attempt_first,
    "check_connections": _check_connections,
    "breaker": _breaker,
    "key": _key,
    "retries": _retries,
    "database_clock": _database_clock,
    "conditional_update": _conditional_update,
    "mark_last": _mark_last,
}
