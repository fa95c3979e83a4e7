"""Row locks of this room. See docs/locking.md."""

from collections.abc import Collection
from datetime import date

from core.locks import AdvisoryLock
from workers.models import Letter, OutboxRow


def lock_row(row_id: int) -> OutboxRow | None:
    """Lock one outbox row; None if it is gone, or if another drain has it."""
    rows = OutboxRow.objects.filter(pk=row_id).select_for_update(no_key=True, skip_locked=True)
    return next(iter(rows), None)


def lock_dead_rows(row_ids: Collection[int]) -> list[OutboxRow]:
    """Lock those of these outbox rows that are dead."""
    dead = OutboxRow.objects.filter(pk__in=row_ids, is_dead=True).order_by("pk")
    return list(dead.select_for_update(no_key=True))


def lock_dead_letters(letter_ids: Collection[int]) -> list[Letter]:
    """Lock those of these letters that are dead."""
    dead = Letter.objects.unsent().filter(pk__in=letter_ids, is_dead=True).order_by("pk")
    return list(dead.select_for_update(no_key=True))


def lock_day(day: date) -> None:
    """Serialise whoever adds up the events of this day. Whoever records events does not wait for it."""
    AdvisoryLock.DAY.acquire([day.toordinal()])
