"""Outbox, events and task results for staff."""

import uuid

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django_celery_results.models import GroupResult, TaskResult
from unfold.decorators import action

from inventory.admin import ReadOnlyAdmin
from workers.models import AnalyticsEvent, EffectRun, OutboxRow
from workers.outbox.failing import discard_dead_rows, retry_dead_rows
from workers.trace import trace_event


def _trace_link(event_id: uuid.UUID) -> str:
    return format_html('<a class="underline" href="{}">trace</a>', reverse("admin:workers_trace", args=[event_id]))


class TracedAdmin(ReadOnlyAdmin):
    """A list whose rows have an event id, each with a link to the trace of its event."""

    @admin.display(description="Trace")
    def trace(self, row: OutboxRow | AnalyticsEvent) -> str:
        return _trace_link(row.event_id)


@admin.register(OutboxRow)
class OutboxRowAdmin(TracedAdmin):
    list_display = ["id", "effect", "key", "created_at", "due_at", "attempts", "is_dead", "error", "trace"]
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


@admin.register(EffectRun)
class EffectRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "effect", "row_count", "milliseconds", "task_id", "error"]
    list_filter = ["effect", ("error", admin.EmptyFieldListFilter)]
    search_fields = ["task_id", "error"]

    @admin.display(description="Rows")
    def row_count(self, run: EffectRun) -> int:
        return len(run.row_ids)


@admin.register(AnalyticsEvent)
class AnalyticsEventAdmin(TracedAdmin):
    list_display = ["occurred_at", "name", "cart_id", "variant_id", "quantity", "value", "trace"]
    list_filter = ["name"]
    search_fields = ["=cart_id", "=variant_id", "event_id"]

    def get_urls(self) -> list[URLPattern]:
        trace = path("trace/<uuid:event_id>/", self.admin_site.admin_view(self.trace_view), name="workers_trace")
        return [trace, *super().get_urls()]

    def trace_view(self, request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
        """From an event to its rows, the tasks that did them and their results."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Trace of an event",
            "trace": trace_event(event_id),
            "flower_url": settings.FLOWER_URL,
        }
        return render(request, "workers/trace.html", context)


admin.site.unregister(TaskResult)
admin.site.unregister(GroupResult)  # the shop starts no groups


@admin.register(TaskResult)
class TaskResultAdmin(ReadOnlyAdmin):
    list_display = ["task_id", "task_name", "status", "date_created", "date_done"]
    list_filter = ["status", "task_name"]
    search_fields = ["task_id", "task_name"]
