"""Files that were imported long ago."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Now

from inventory.imports.models import ImportJob, ImportLine

KEEP = timedelta(days=30)


@transaction.atomic
def drop_old_files() -> int:
    """Drop text and differences of imports from 30 days ago on; the job stays, as a record of who did what.

    One that still waits for a decision is cancelled: its numbers are a month old. Returns how many were dropped.
    """
    state = ImportJob.State
    # One conditional statement, so that a decision which comes at this moment is not left without its file.
    old = ImportJob.objects.filter(created_at__lt=Now() - KEEP).exclude(text="").exclude(state__in=ImportJob.RUNNING)
    dropped = old.update(
        text="", state=Case(When(state=state.CHECKED, then=Value(state.CANCELLED)), default=F("state"))
    )
    ImportLine.objects.filter(job__text="").delete()
    return dropped
