"""The workers' application with failpoints in a drain, effects that count or fail, and a slow task."""

import os
import time
from collections.abc import Sequence
from datetime import timedelta

from tests.faults import without  # first: it may remove a guard that Celery's application installs

# isort: split
import shop.wsgi  # noqa: F401 - it sets Django up

# isort: split
from django.core.mail import EmailMessage

from core.celery import app
from core.redis import client
from delivery import deliver
from outbox import drain as draining
from outbox import retry
from outbox.drain import Stopwatch
from outbox.models import OutboxRow
from tests.faults import counting, poison  # noqa: F401 - they register effects
from tests.faults.failpoints import die_at, dying_after, dying_before
from workers import tasks

__all__ = ["app"]

_handle = draining._Drain._handle


def _handle_or_die(self: draining._Drain, rows: Sequence[OutboxRow], watch: Stopwatch) -> None:
    """Each effect has its own points, since a later drain would repair a total or an alert that was lost."""
    die_at(f"claimed {self.effect}")
    _handle(self, rows, watch)
    die_at(f"handled {self.effect}")


draining._Drain._handle = _handle_or_die  # type: ignore[method-assign]
draining.drain = dying_after("before_ack", draining.drain)
_send = dying_before("delivery_leased", dying_after("delivery_sent", EmailMessage.send))
EmailMessage.send = _send  # type: ignore[method-assign]

if os.environ.get("STRIPE_SECRET_KEY"):
    from orders.payments.stripe import Stripe

    Stripe.refund = dying_before("refund_leased", dying_after("refund_sent", Stripe.refund))  # type: ignore[method-assign]

if "FAULTS_HURRY" in os.environ:
    # With back-off, eight attempts take minutes. The back-off is tested elsewhere.
    deliver._LEASE = timedelta(seconds=1)
    retry._backoff = lambda attempts: timedelta(seconds=0.2)
    tasks._LEFT_BEHIND = timedelta(seconds=0.2)
    app.conf.beat_schedule["sweep_outbox"]["schedule"] = timedelta(seconds=0.5)

if seconds := os.environ.get("FAULTS_VISIBILITY"):
    app.conf.broker_transport_options["visibility_timeout"] = float(seconds)
    app.conf.broker_transport_options["unacked_restore_interval"] = 1


@app.task(name="faults.slow")
def slow(seconds: float) -> None:
    """Run for so many seconds; the message stays unacknowledged."""
    client().set("faults.slow.started", 1)
    time.sleep(seconds)  # its whole purpose


without.take_out_guards()
