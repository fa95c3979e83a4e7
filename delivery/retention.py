"""Letters that were sent long ago, and those that never could be."""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from core.errors import ReasonMissing
from delivery import wakeup
from delivery.locks import lock_dead_letters
from delivery.models import Letter, LetterQuerySet

_BATCH = 1000


def drop_old_letters() -> int:
    """Delete letters that were sent more than SHOP_LETTER_DAYS ago, and forget their keys. Returns how many."""
    old = Letter.objects.filter(sent_at__lt=Now() - timedelta(days=settings.SHOP_LETTER_DAYS)).order_by("sent_at")
    dropped = 0
    while some := list(old.values_list("pk", flat=True)[:_BATCH]):
        dropped += Letter.objects.filter(pk__in=some).delete()[0]
    return dropped


@transaction.atomic
def retry_dead_letters(letter_ids: Collection[int], *, actor: User) -> int:
    """Give dead letters all their attempts again, due at once; the admin log has who did. Returns how many."""
    letters = lock_dead_letters(letter_ids)
    _same(letters).update(is_dead=False, attempts=0, due_at=Now())
    LogEntry.objects.log_actions(actor.pk, letters, CHANGE, "To be sent again.")
    transaction.on_commit(wakeup.notify, robust=True)
    return len(letters)


@transaction.atomic
def discard_dead_letters(letter_ids: Collection[int], *, actor: User, reason: str) -> int:
    """Delete dead letters: they will never be sent. The admin log has who and why. Returns how many were dead.

    Raises ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    letters = lock_dead_letters(letter_ids)
    LogEntry.objects.log_actions(actor.pk, letters, DELETION, f"Discarded: {reason.strip()}")
    _same(letters).delete()
    return len(letters)


def _same(letters: Collection[Letter]) -> LetterQuerySet:
    return Letter.objects.filter(pk__in=[letter.pk for letter in letters])
