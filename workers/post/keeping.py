"""Letters that were sent long ago, and those that never could be."""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from workers.models import Letter
from workers.post import bell

_BATCH = 1000


def drop_old_letters() -> int:
    """Delete letters that were sent more than SHOP_LETTER_DAYS ago, and forget their keys. Returns how many."""
    old = Letter.objects.filter(sent_at__lt=Now() - timedelta(days=settings.SHOP_LETTER_DAYS)).order_by("sent_at")
    dropped = 0
    while some := list(old.values_list("pk", flat=True)[:_BATCH]):
        dropped += Letter.objects.filter(pk__in=some).delete()[0]
    return dropped


def retry_dead_letters(letter_ids: Collection[int]) -> int:
    """Give dead letters all their attempts again, due at once. Returns how many were dead."""
    dead = Letter.objects.filter(pk__in=letter_ids, is_dead=True)
    count = dead.update(is_dead=False, attempts=0, due_at=Now())
    transaction.on_commit(bell.ring, robust=True)
    return count


def discard_dead_letters(letter_ids: Collection[int]) -> int:
    """Delete dead letters: they will never be sent. Returns how many were dead."""
    return Letter.objects.filter(pk__in=letter_ids, is_dead=True).delete()[0]
