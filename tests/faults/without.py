"""Guards that can be removed, to see that their rows then fail: `WITHOUT=sweep make faults ARGS=…`."""

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

_wanted = set(filter(None, os.environ.get("WITHOUT", "").split(",")))


def _module(name: str) -> Any:
    """Import a module only when its guard is removed. It is Any, since mypy refuses such assignments."""
    return import_module(name)


if "celery_guard" in _wanted:  # it is installed when the Celery application is imported
    _module("workers.celery_guard").install = lambda: None


def take_out_guards() -> None:
    """Remove the guards that WITHOUT names."""
    for name in _wanted - {"celery_guard"}:
        _GUARDS[name]()


def _sweep() -> None:
    """No worker is woken for rows whose message was lost."""
    app = _module("celery_app").app
    app.conf.beat_schedule = {k: v for k, v in app.conf.beat_schedule.items() if k != "sweep_outbox"}


def _clear_before() -> None:
    """A drain clears the wake-up flag after it looked for rows, so a wake-up between the two is lost."""
    wakeup, draining = _module("outbox.wakeup"), _module("outbox.drain")
    rearm, drain = wakeup.rearm, draining.drain
    wakeup.rearm = lambda effect: None

    def drain_then_rearm(effect: str, **options: Any) -> int:
        done: int = drain(effect, **options)
        time.sleep(0.05)  # any worker may be this slow here; so the race always happens
        rearm(effect)
        return done

    draining.drain = drain_then_rearm


def _skip_locked() -> None:
    """Drains wait for each other's rows."""
    draining = _module("outbox.drain")
    draining._CLAIM_FRESH = draining._CLAIM_FRESH.replace("SKIP LOCKED", "")


def _effect_in_transaction() -> None:
    """Rows are deleted and committed before their effect is done."""
    draining = _module("outbox.drain")

    def batch(drain: Any) -> int | None:
        rows = list(draining.OutboxRow.objects.raw(draining._CLAIM_FRESH, [drain.effect, draining.BATCH]))
        if not rows:
            return None
        drain._handle(rows, draining.Stopwatch())
        return len(rows)

    draining._Drain.batch = batch


def _delete_in_transaction() -> None:
    """The effect is committed before its rows are deleted."""
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
    """An attempt is not counted before it begins."""
    draining = _module("outbox.drain")
    draining._begin = lambda row_id: True


def _check_connections() -> None:
    """Persistent database connections are not checked before a task."""
    from celery.signals import task_prerun

    task_prerun.disconnect(dispatch_uid="workers.check_connections")


def _breaker() -> None:
    """Every request calls a Redis that does not answer."""
    _module("core.redis").SILENCE = 0.0


def _key() -> None:
    """A repeated form adds again."""
    adding = _module("cart.services.lines")
    adding.record_key = lambda key, **facts: None


def _retries() -> None:
    """A transaction is not retried after a deadlock."""
    transactions = _module("core.transactions")
    transactions._RETRIES = 0


def _database_clock() -> None:
    """The clock of the process decides whether a hold has expired."""
    from django.utils import timezone

    expiring, holding = _module("cart.services.sweeps"), _module("cart.services.units")
    expiring.clock = holding.clock = timezone.now


def _conditional_update() -> None:
    """Stock is read, checked and written."""
    writing = _module("cart.services.writing")
    from tests.support.shop_oversold import read_then_write

    writing.take = read_then_write


def _mark_last() -> None:
    """An e-mail is marked as sent as soon as a worker has leased it."""
    delivering = _module("delivery.deliver")
    lease = delivering.lease

    def lease_and_mark(delivery_id: int) -> Any:
        delivery = lease(delivery_id)
        delivering.Delivery.objects.filter(pk=delivery_id).update(sent_at=delivering.Now())
        return delivery

    delivering.lease = lease_and_mark


def _refund_key() -> None:
    """Each try to send a refund has another key."""
    stripe = _module("orders.payments.stripe").Stripe
    refund = stripe.refund
    stripe.refund = lambda provider, asked: refund(provider, replace(asked, key=uuid.uuid4().hex))


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
    "refund_key": _refund_key,
}
