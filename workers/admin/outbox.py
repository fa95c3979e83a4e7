"""Effects still to be done, and what became of those that were tried."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import action

from staff.admin import ReadOnlyAdmin
from workers.admin.traced import TracedAdmin
from workers.models import EffectRun, OutboxRow
from workers.outbox.failing import discard_dead_rows, retry_dead_rows


@admin.register(OutboxRow)
class OutboxRowAdmin(TracedAdmin):
    list_display = ["id", "effect", "key", "created_at", "due_at", "attempts", "is_dead", "error", "trace"]
    list_filter = ["effect", "is_dead"]
    search_fields = ["key", "error"]
    actions = ["retry", "discard", "export_csv"]

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
