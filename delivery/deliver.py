"""Sending the letters that are due: claimed by a lease, sent, marked; each step by itself, none in a transaction.

A worker that dies between sending and marking leaves a letter that is sent again when its lease ends, under the same
Message-ID. So a letter is sent at least once, and nothing in the database waits for a mail server.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models.functions import Now

from delivery import wakeup
from delivery.failures import is_final, is_of_the_server, is_paused, pause
from delivery.message import message_of
from delivery.models import Letter
from outbox.retry import note_attempt, note_failure

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 40  # about eight hours of tries: a mail server may be away for a night
# A delivery hands over to the next one after this. A last letter may hang until the task's soft time limit.
LONGEST = 5.0  # seconds
_BATCH = 100
# Longer than any task may run: until then the attempt may still be under way, and no lock says so.
_LEASE = timedelta(seconds=60)


def deliver() -> int:
    """Send what is due until nothing is left, time is up or the mail server does not answer. Returns how many went."""
    wakeup.rearm()
    stop_at = time.monotonic() + LONGEST
    sent = 0
    with closing(get_connection()) as connection:
        for letter in _leased_letters():
            sent += _send(letter, connection)
            if time.monotonic() >= stop_at:
                wakeup.notify_always()
                break
    return sent


def _leased_letters() -> Iterator[Letter]:
    """Due letters one at a time, so that a killed worker delays one and the lease need not outlast more than one."""
    while letter_ids := list(Letter.objects.due().values_list("pk", flat=True)[:_BATCH]):
        for letter_id in letter_ids:
            if is_paused():
                return
            if letter := lease(letter_id):
                yield letter


def lease(letter_id: int) -> Letter | None:
    """Take a letter for longer than any task may run, if it is due still. Its attempt is counted before it is made.

    Raises RuntimeError inside a transaction, where others would not see the lease.
    """
    with transaction.atomic(durable=True):
        if note_attempt(Letter.objects.unsent().filter(pk=letter_id), most=MOST_ATTEMPTS, lease=_LEASE):
            return Letter.objects.get(pk=letter_id)
    return None


def _send(letter: Letter, connection: BaseEmailBackend) -> bool:
    try:
        message_of(letter, connection).send()
    except Exception as error:
        # What a mail server says of a letter names its reader: staff see it with the letter, the log has its kind.
        logger.warning("letter %d was not sent: %s", letter.pk, type(error).__name__)
        _note_failure(letter, error)
        return False
    # Whoever holds the lease by now: it is sent. What was in it is nobody's business any more.
    Letter.objects.unsent().filter(pk=letter.pk).update(sent_at=Now(), text="", html="", error="")
    return True


def _note_failure(letter: Letter, error: Exception) -> None:
    # Only while nobody else has leased it meanwhile: theirs is the newer try.
    ours = Letter.objects.unsent().filter(pk=letter.pk, attempts=letter.attempts)
    note_failure(ours, error, most=0 if is_final(error) else MOST_ATTEMPTS)
    if is_of_the_server(error):
        pause()
