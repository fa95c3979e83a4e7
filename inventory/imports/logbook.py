"""The admin log of imports: who uploaded, decided and applied what."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from inventory.imports.models import ImportJob


def log_import(job: ImportJob, user: User, action: int, message: str) -> None:
    """Write a line of the job's history, in the transaction of what it tells."""
    LogEntry.objects.log_actions(
        user_id=user.pk, queryset=[job], action_flag=action, change_message=message, single_object=True
    )
