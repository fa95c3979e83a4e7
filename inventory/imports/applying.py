"""What a worker does with an import: `advance_import` checks it, and applies it once staff have confirmed the preview.

`fail_lost_imports` fails the imports that no worker will take up any more.
"""

import logging

from django.contrib.admin.models import CHANGE
from django.db import OperationalError, transaction
from django.db.models.functions import Now

from inventory.errors import ChangedMeanwhile, ImportFileError, MovesRefused
from inventory.imports.importers import Progress, forget_progress, importer_of, note_progress
from inventory.imports.models import ImportJob, ImportLine
from inventory.imports.plan import Plan, moved_since, told
from inventory.imports.services import log_import
from inventory.locks import lock_import
from outbox.models import OutboxRow

logger = logging.getLogger(__name__)

_ROWS_A_STATEMENT = 1000
State = ImportJob.State


def advance_import(*, job_id: int) -> None:
    """Check a job that was uploaded, or apply one that was confirmed; leave any other alone. All in one transaction.

    A second call finds nothing to do, so a job is applied once however often its worker is killed or its message comes.
    Raises OperationalError (a lock or the connection was not to be had): nothing was changed, try again later.
    """
    with transaction.atomic():
        job = lock_import(job_id)
        if job is None or not job.is_running:
            return
        try:
            with transaction.atomic():
                _check(job) if job.state == State.CHECKING else _apply(job)
        except OperationalError:
            raise
        except ImportFileError as error:
            _end(job, State.REFUSED, problem=error.messages[0])
        except Exception as error:
            # Also a task that took too long. Tried again it would fail again; a person decides.
            logger.exception("import %d failed", job.pk)
            problem = f"Nothing was changed. {type(error).__name__}: {error} Upload the file again, or a part of it."
            _end(job, State.FAILED, problem=problem)
    forget_progress(job_id)


def _check(job: ImportJob) -> None:
    note_progress(job.pk, Progress("Reading the file"))
    _show(job, importer_of(job).plan(job.text))


def _apply(job: ImportJob) -> None:
    """Carry out what was shown, if a look without locks and then one under locks find that it still holds."""
    note_progress(job.pk, Progress("Comparing with what there is now"))
    importer = importer_of(job)
    plan = importer.plan(job.text)
    if plan.errors or moved_since(job.lines.all(), plan):
        _show_again(job, plan)
        return
    try:
        with transaction.atomic():
            done = importer.carry_out(job, plan)
    except (MovesRefused, ChangedMeanwhile):
        _show_again(job, importer.plan(job.text))
        return
    _end(job, State.APPLIED, result=done, applied_at=Now())
    if job.confirmed_by:
        log_import(job, job.confirmed_by, CHANGE, f"Applied. {done}")


def _show_again(job: ImportJob, plan: Plan) -> None:
    """The preview is redone: what was confirmed is no longer what would be done."""
    moved = moved_since(job.lines.all(), plan)
    _show(job, plan)
    reasons = "" if plan.errors else f"\n{told(moved)}"
    problem = f"Something changed after you looked, so nothing was applied. This is the preview as of now.{reasons}"
    _end(job, job.state, problem=problem, confirmed_by=None)


def _show(job: ImportJob, plan: Plan) -> None:
    """Store the plan for a person to look at, as the job's next preview."""
    job.lines.all().delete()
    _write(job, list(plan.lines(job)))
    job.preview += 1
    job.rows, job.differences, job.errors = plan.rows, len(plan.differences), len(plan.errors)
    job.save(update_fields=["preview", "rows", "differences", "errors"])
    _end(job, _state_after(plan), problem="")


def _state_after(plan: Plan) -> str:
    """Whether a person has something to decide. A file that would change nothing is over."""
    if plan.errors:
        return State.REFUSED
    return State.CHECKED if plan.differences else State.UNCHANGED


def _write(job: ImportJob, lines: list[ImportLine]) -> None:
    for start in range(0, len(lines), _ROWS_A_STATEMENT):
        note_progress(job.pk, Progress("Writing the preview", start, len(lines)))
        ImportLine.objects.bulk_create(lines[start : start + _ROWS_A_STATEMENT])


def _end(job: ImportJob, state: str, **values: object) -> None:
    job.state = state
    for name, value in values.items():
        setattr(job, name, value)
    job.save(update_fields=["state", *values])


_EFFECT = "advance_imports"


def fail_lost_imports() -> int:
    """Fail every import whose outbox row is dead or was discarded, so that its page says why and offers another try.

    Returns how many imports failed. 1 query, and 3 for each running import.
    """
    running = ImportJob.objects.filter(state__in=ImportJob.RUNNING).values_list("pk", flat=True)
    return sum(_fail_if_lost(job_id) for job_id in list(running))


@transaction.atomic
def _fail_if_lost(job_id: int) -> bool:
    """Return whether the import failed. Checked under its lock: staff may have retried it, or a worker may be at it."""
    job = lock_import(job_id, wait=False)
    rows = OutboxRow.objects.filter(effect=_EFFECT, key=str(job_id))
    if job is None or not job.is_running or rows.filter(is_dead=False).exists():
        return False
    dead = rows.order_by("pk").last()
    problem = f"Nothing was changed. {_why(dead)} Check it again below, or upload a part of the file."
    _end(job, State.FAILED, problem=problem)
    # From now on staff decide about the import, not about its row.
    rows.delete()
    return True


def _why(dead: OutboxRow | None) -> str:
    if dead is None:
        return "What waited for a worker was discarded."
    return f"It was tried {dead.attempts} times, at last with this: {' '.join(dead.error.split()).rstrip('.')}."
