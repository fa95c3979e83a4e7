"""Imports that nobody would come to any more: their row of the outbox is dead, or staff have discarded it."""

from django.db import transaction

from inventory.imports.applying import fail_import
from inventory.imports.models import ImportJob
from inventory.locks import lock_import
from outbox.models import OutboxRow

_EFFECT = "advance_imports"


def fail_lost_imports() -> int:
    """Let each of them fail, so that its page says why and offers another try. Returns how many there were."""
    running = ImportJob.objects.filter(state__in=ImportJob.RUNNING).values_list("pk", flat=True)
    return sum(_fail_if_lost(job_id) for job_id in list(running))


@transaction.atomic
def _fail_if_lost(job_id: int) -> bool:
    """Asked under the job's lock: it may have been decided about anew. A worker that is at it has the lock."""
    job = lock_import(job_id, wait=False)
    rows = OutboxRow.objects.filter(effect=_EFFECT, key=str(job_id))
    if job is None or not job.is_running or rows.filter(is_dead=False).exists():
        return False
    dead = rows.order_by("pk").last()
    fail_import(job=job, why=_why(dead))
    # From now on it is the import that staff decide about, not its row.
    rows.delete()
    return True


def _why(dead: OutboxRow | None) -> str:
    if dead is None:
        return "What waited for a worker was discarded."
    return f"It was tried {dead.attempts} times, at last with this: {' '.join(dead.error.split()).rstrip('.')}."
