"""Row locks of the outbox. See docs/locking.md."""

from collections.abc import Collection

from outbox.models import OutboxRow


def lock_row(row_id: int) -> OutboxRow | None:
    """Lock one outbox row; None if it is gone, or if another drain has it."""
    rows = OutboxRow.objects.filter(pk=row_id).select_for_update(no_key=True, skip_locked=True)
    return next(iter(rows), None)


def lock_dead_rows(row_ids: Collection[int]) -> list[OutboxRow]:
    """Lock those of these outbox rows that are dead."""
    dead = OutboxRow.objects.filter(pk__in=row_ids, is_dead=True).order_by("pk")
    return list(dead.select_for_update(no_key=True))
