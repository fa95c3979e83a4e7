"""`deliver` sends what is due. Leasing, sending and recording are separate steps; sending is in no transaction.

A worker that dies between sending and recording leaves a delivery that is sent again with the same id when its lease
ends. So a message is sent at least once, and no transaction waits for a receiver.

Receivers do not wait for each other. A run sends to several at once, to each in a thread and one message at a time.
While one hangs, the run continues with the others. See docs/delivery.md for the reasons.
"""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from core.redis import client, try_redis
from delivery import wakeup
from delivery.channels import PAUSE, channel_class
from delivery.locks import lock_due_delivery
from delivery.models import Delivery
from delivery.signals import delivery_accepted, delivery_died
from outbox.retry import note_attempt, note_failure

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 40  # about eight hours of tries: a mail server may be away for a night
# After this a run starts nothing new and hands over to the next one.
LONGEST = 5.0  # seconds
# It waits this much longer for what it started. Both together are less than a task may run.
_PATIENCE = 12.0  # seconds
# How often it looks for other due deliveries while it waits.
_LOOK = 0.1  # seconds
# Longer than any task may run. Until then the attempt may still be running, and no lock shows it.
_LEASE = timedelta(seconds=60)
# How long a run may hold a receiver. No task runs longer.
_HELD = timedelta(seconds=30)


def deliver(channel: str) -> int:
    """Send what is due by a channel, until nothing is left, time is up or no receiver answers. Returns how many were
    sent.

    Raises KeyError for a channel that is not in DELIVERY_CHANNELS.
    """
    wakeup.rearm(channel)
    return _Run(channel).run()


class _Run:
    def __init__(self, name: str) -> None:
        self.name, self.channel = name, channel_class(name)()
        self.pool = ThreadPoolExecutor(self.channel.receivers_at_once)
        self.under_way: dict[Future[str | None], Delivery] = {}
        self.passed_over: set[str] = set()  # receivers that are paused, or held by another run, which looks itself
        self.stop_at = time.monotonic() + LONGEST

    def run(self) -> int:
        try:
            return self._until_nothing_is_due() + self._what_was_begun()
        finally:
            self.pool.shutdown(wait=False)

    def _until_nothing_is_due(self) -> int:
        """Send until time is up, then hand over at once: the next run works while this one still waits."""
        sent = 0
        while True:
            self.start_due()
            if not self.under_way:
                return sent
            sent += self.settle_done()
            if time.monotonic() >= self.stop_at:
                wakeup.notify_always(self.name)
                return sent

    def _what_was_begun(self) -> int:
        sent = 0
        while self.under_way and time.monotonic() < self.stop_at + _PATIENCE:
            sent += self.settle_done()
        for delivery in self.under_way.values():
            # Its thread ends later. Nobody sends it again before its lease ends.
            logger.warning("delivery %d is left: it takes too long", delivery.pk)
        return sent

    def start_due(self) -> None:
        """Start to send to each receiver that has something due and that this run is not waiting for."""
        while len(self.under_way) < self.channel.receivers_at_once:
            asked = self.passed_over | {delivery.receiver for delivery in self.under_way.values()}
            due = Delivery.objects.due().filter(channel=self.name).exclude(receiver__in=asked)
            found = due.values_list("pk", "receiver").first()
            if not found:
                break
            delivery_id, receiver = found
            if not self._take(receiver):
                self.passed_over.add(receiver)
            elif delivery := lease(delivery_id):
                self.under_way[self.pool.submit(self.channel.send, delivery)] = delivery
            else:
                self._free(receiver)

    def settle_done(self) -> int:
        """Wait a moment for answers and record them. Returns how many deliveries were accepted."""
        done, _ = wait(self.under_way, timeout=_LOOK, return_when=FIRST_COMPLETED)
        return sum([self.settle(future) for future in done])

    def settle(self, future: "Future[str | None]") -> bool:
        """Record the result of a delivery. Returns whether it was accepted."""
        delivery, error = self.under_way.pop(future), future.exception()
        if error is None:
            _note_accepted(delivery, future.result())
            self._free(delivery.receiver)
            return True
        # An error may contain an address. Staff see it with the delivery; the log has only its class.
        logger.warning("delivery %d was not sent: %s", delivery.pk, type(error).__name__)
        verdict = self.channel.judge(error)
        _note_failure(delivery, error, is_final=verdict.is_final, pause=verdict.pause)
        if verdict.pause:
            self.passed_over.add(delivery.receiver)
            pause(self.name, delivery.receiver, verdict.pause)
        else:
            self._free(delivery.receiver)
        return False

    def _take(self, receiver: str) -> bool:
        """Whether the receiver may be asked now. Redis knows; without Redis there is no message and so no run."""
        key = _key(self.name, receiver)
        if self.channel.holds_receiver:
            return try_redis(lambda: bool(client().set(key, 1, nx=True, px=_HELD)), otherwise=True)
        return not try_redis(lambda: client().exists(key), otherwise=0)

    def _free(self, receiver: str) -> None:
        if self.channel.holds_receiver:
            try_redis(lambda: client().delete(_key(self.name, receiver)), otherwise=None)


def pause(channel: str, receiver: str, duration: timedelta = PAUSE) -> None:
    """Keep all runs from asking a receiver for a while."""
    try_redis(lambda: client().set(_key(channel, receiver), 1, px=duration), otherwise=None)


def _key(channel: str, receiver: str) -> str:
    return f"delivery:{channel}:{receiver}"


def lease(delivery_id: int) -> Delivery | None:
    """Take a delivery, if it is still due, for longer than any task may run. Its attempt is counted first.

    Raises RuntimeError inside a transaction, where others would not see the lease.
    """
    with transaction.atomic(durable=True):
        delivery = lock_due_delivery(delivery_id)
        if delivery is None:
            return None
        is_leased = note_attempt(Delivery.objects.filter(pk=delivery_id), most=MOST_ATTEMPTS, lease=_LEASE)
        delivery.refresh_from_db()
        if not is_leased:
            with _errors_logged():
                delivery_died.send(sender=Delivery, delivery=delivery)
    return delivery if is_leased else None


@transaction.atomic
def _note_accepted(delivery: Delivery, answer: str | None) -> None:
    # It was sent, whoever has the lease by now. The content is not needed any more.
    unsent = Delivery.objects.unsent().filter(pk=delivery.pk)
    if unsent.update(sent_at=Now(), text="", html="", reply_to="", payload=None, error=""):
        delivery.refresh_from_db()
        with _errors_logged():
            delivery_accepted.send(sender=Delivery, delivery=delivery, answer=answer)


@transaction.atomic
def _note_failure(delivery: Delivery, error: BaseException, *, is_final: bool, pause: timedelta | None) -> None:
    # Only if no other worker leased it meanwhile: its attempt is the newer one.
    ours = Delivery.objects.unsent().filter(pk=delivery.pk, attempts=delivery.attempts, is_dead=False)
    if note_failure(ours, error, most=0 if is_final else MOST_ATTEMPTS, at_least=pause or timedelta()):
        delivery.refresh_from_db()
        if delivery.is_dead:
            with _errors_logged():
                delivery_died.send(sender=Delivery, delivery=delivery)


@contextmanager
def _errors_logged() -> Iterator[None]:
    """An error in a receiver of a signal rolls back what that receiver wrote, not the record of the delivery."""
    try:
        with transaction.atomic():
            yield
    except Exception:
        logger.exception("a receiver of a signal failed")
