"""Results of Celery tasks: failures, and tasks that beat starts."""

from django.contrib import admin
from django_celery_results.models import GroupResult, TaskResult

from core.admin.base import ReadOnlyAdmin

admin.site.unregister(TaskResult)
admin.site.unregister(GroupResult)  # the shop starts no groups


@admin.register(TaskResult)
class TaskResultAdmin(ReadOnlyAdmin):
    list_display = ["task_id", "task_name", "status", "date_created", "date_done"]
    list_filter = ["status", "task_name"]
    search_fields = ["task_id", "task_name"]
