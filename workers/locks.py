"""Row locks of this room. See docs/locking.md."""

from workers.models import OutboxRow


def lock_row(row_id: int) -> OutboxRow | None:
    """Lock one outbox row; None if it is gone, or if another drain has it."""
    rows = OutboxRow.objects.filter(pk=row_id).select_for_update(no_key=True, skip_locked=True)
    return next(iter(rows), None)
