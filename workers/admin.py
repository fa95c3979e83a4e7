"""Outbox, events and task results for staff."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_results.models import GroupResult, TaskResult
from unfold.decorators import action

from inventory.admin import ReadOnlyAdmin
from workers.models import AnalyticsEvent, OutboxRow
from workers.outbox.failing import discard_dead_rows, retry_dead_rows


@admin.register(OutboxRow)
class OutboxRowAdmin(ReadOnlyAdmin):
    list_display = ["id", "effect", "key", "created_at", "due_at", "attempts", "is_dead", "error"]
    list_filter = ["effect", "is_dead"]
    search_fields = ["key", "error"]
    actions = ["retry", "discard"]

    @action(description="Try dead effects again", permissions=["manage"])  # type: ignore[untyped-decorator]
    def retry(self, request: HttpRequest, rows: QuerySet[OutboxRow]) -> None:
        count = retry_dead_rows([row.pk for row in rows])
        messages.success(request, f"{count} dead effects will be tried again within seconds.")

    @action(description="Discard dead effects: they will never be done", permissions=["manage"])  # type: ignore[untyped-decorator]
    def discard(self, request: HttpRequest, rows: QuerySet[OutboxRow]) -> None:
        count = discard_dead_rows([row.pk for row in rows])
        messages.success(request, f"{count} dead effects were discarded.")

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Rows are read-only as such; who may change them may decide about dead ones."""
        return request.user.has_perm("workers.change_outboxrow")


@admin.register(AnalyticsEvent)
class AnalyticsEventAdmin(ReadOnlyAdmin):
    list_display = ["occurred_at", "name", "cart_id", "variant_id", "quantity", "value"]
    list_filter = ["name"]
    search_fields = ["=cart_id", "=variant_id"]


admin.site.unregister(TaskResult)
admin.site.unregister(GroupResult)  # the shop starts no groups


@admin.register(TaskResult)
class TaskResultAdmin(ReadOnlyAdmin):
    list_display = ["task_id", "task_name", "status", "date_created", "date_done"]
    list_filter = ["status", "task_name"]
    search_fields = ["task_id", "task_name"]
