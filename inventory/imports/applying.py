"""What a worker does with an import: check it, and apply it once a person has confirmed what they saw."""

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


def fail_import(*, job: ImportJob, why: str) -> None:
    """Let a locked job fail that no worker will come to any more. Argument: why, for people."""
    _end(job, State.FAILED, problem=f"Nothing was changed. {why} Check it again below, or upload a part of the file.")


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
    _end(job, State.REFUSED if plan.errors else State.CHECKED, problem="")


def _write(job: ImportJob, lines: list[ImportLine]) -> None:
    for start in range(0, len(lines), _ROWS_A_STATEMENT):
        note_progress(job.pk, Progress("Writing the preview", start, len(lines)))
        ImportLine.objects.bulk_create(lines[start : start + _ROWS_A_STATEMENT])


def _end(job: ImportJob, state: str, **values: object) -> None:
    job.state = state
    for name, value in values.items():
        setattr(job, name, value)
    job.save(update_fields=["state", *values])
