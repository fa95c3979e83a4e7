"""The admin log of imports: who uploaded, decided and applied what."""

from django.contrib.admin.models import LogEntry

from inventory.imports.models import ImportJob


def log_import(job: ImportJob, user_id: int | None, action: int, message: str) -> None:
    """Write a line of the job's history, in the transaction of what it tells."""
    LogEntry.objects.log_actions(
        user_id=user_id, queryset=[job], action_flag=action, change_message=message, single_object=True
    )
