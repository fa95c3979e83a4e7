"""What staff do with imports: upload a file, confirm its preview, cancel, retry. And the retention of files."""

import hashlib
from datetime import timedelta

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Now

from inventory.errors import ImportNotWaiting
from inventory.imports.files import text_of
from inventory.imports.importers import IMPORTERS
from inventory.imports.models import ImportJob, ImportLine
from inventory.locks import lock_import
from inventory.signals import import_submitted


def log_import(job: ImportJob, user: User, action: int, message: str) -> None:
    """Write a line of the job's history, in the transaction of the change."""
    LogEntry.objects.log_actions(
        user_id=user.pk, queryset=[job], action_flag=action, change_message=message, single_object=True
    )


State = ImportJob.State
_OPEN = (State.CHECKING, State.CHECKED, State.APPLYING)


@transaction.atomic
def start_import(*, kind: ImportJob.Kind, file_name: str, content: bytes, by: User) -> ImportJob:
    """Store a file for a worker to check. Returns the job. Raises ImportFileError if the file is not of this kind."""
    text = text_of(content)
    IMPORTERS[kind].require(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    job = ImportJob.objects.create(kind=kind, file_name=file_name[-200:], text=text, digest=digest, created_by=by)
    log_import(job, by, ADDITION, f"Uploaded {job.file_name}.")
    import_submitted.send(sender=ImportJob, job_id=job.pk)
    return job


@transaction.atomic
def confirm_import(*, job_id: int, preview: int, by: User) -> ImportJob:
    """Let a worker apply the changes that this preview shows. Returns the job.

    Raises ImportNotWaiting if the job was decided already, has another preview by now, or would change nothing.
    """
    job = _waiting(job_id)
    if job.state != State.CHECKED:
        raise ImportNotWaiting(f"This import waits for no decision any more: {job.get_state_display()}.")
    if job.preview != preview:
        raise ImportNotWaiting("The preview was redone after you opened the page. Look at it again, then decide.")
    job.state, job.confirmed_by, job.problem = State.APPLYING, by, ""
    job.save(update_fields=["state", "confirmed_by", "problem"])
    log_import(job, by, CHANGE, f"Confirmed preview {preview} (differences: {job.differences:,}).")
    import_submitted.send(sender=ImportJob, job_id=job.pk)
    return job


@transaction.atomic
def cancel_import(*, job_id: int, by: User) -> ImportJob:
    """Cancel a job. Returns it. Raises ImportNotWaiting if it is over, or a worker is checking or applying it."""
    job = _waiting(job_id)
    if job.state not in _OPEN:
        raise ImportNotWaiting(f"This import is over: {job.get_state_display()}.")
    job.state = State.CANCELLED
    job.save(update_fields=["state"])
    log_import(job, by, CHANGE, "Cancelled.")
    return job


@transaction.atomic
def retry_import(*, job_id: int, by: User) -> ImportJob:
    """Let a worker check a failed job again. It gets a new preview. Returns the job.

    Raises ImportNotWaiting if the job did not fail, or its file was dropped.
    """
    job = _waiting(job_id)
    if not can_retry(job):
        raise ImportNotWaiting("This import cannot be tried again. Upload its file once more.")
    job.state, job.confirmed_by, job.problem = State.CHECKING, None, ""
    job.save(update_fields=["state", "confirmed_by", "problem"])
    log_import(job, by, CHANGE, "Tried again.")
    import_submitted.send(sender=ImportJob, job_id=job.pk)
    return job


def can_retry(job: ImportJob) -> bool:
    """Return whether the job failed and its file is still stored. At most 1 query."""
    return job.state == State.FAILED and ImportJob.objects.filter(pk=job.pk).exclude(text="").exists()


def same_files(job: ImportJob) -> QuerySet[ImportJob]:
    """Return other uploads of the same file that were applied or may still be, newest first. 1 query."""
    others = ImportJob.objects.filter(kind=job.kind, digest=job.digest, state__in=[*_OPEN, State.APPLIED])
    return others.exclude(pk=job.pk).defer("text").select_related("confirmed_by", "created_by")


def _waiting(job_id: int) -> ImportJob:
    """Lock the job. Raises ImportNotWaiting at once if a worker has it locked."""
    job = lock_import(job_id, wait=False)
    if job is None:
        raise ImportNotWaiting("A worker is at this import just now. Look again in a moment.")
    return job


_RETENTION = timedelta(days=30)


@transaction.atomic
def drop_old_files() -> int:
    """Drop text and differences of imports that are 30 days old. The job stays as a record of who did what.

    A job that still waits for a decision is cancelled: its numbers are a month old. Returns how many were dropped.
    """
    state = ImportJob.State
    # One conditional statement, so that a job that is confirmed at this moment does not lose its file.
    old = (
        ImportJob.objects.filter(created_at__lt=Now() - _RETENTION)
        .exclude(text="")
        .exclude(state__in=ImportJob.RUNNING)
    )
    dropped = old.update(
        text="", state=Case(When(state=state.CHECKED, then=Value(state.CANCELLED)), default=F("state"))
    )
    ImportLine.objects.filter(job__text="").delete()
    return dropped
