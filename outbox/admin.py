"""Admins of effects and of their runs; `TracedAdmin` for lists of events."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from core.admin.base import ReadOnlyAdmin
from core.admin.confirmation import Question
from core.admin.dead_rows import DeadRowsAdmin
from core.admin.decorators import display
from core.admin.filters import ChoiceFilter, Choices, ValueFilter
from outbox.dead_letters import discard_dead_rows, retry_dead_rows
from outbox.models import EffectRun, OutboxRow
from outbox.registry import registry

_DISCARD = Question(
    title="Discard effects",
    consequence="They will never be done. Effects that are not dead are left as they are.",
    button="Discard",
)


class EffectStateFilter(ChoiceFilter):
    """Effects by what happened to them."""

    title = "state"
    parameter_name = "state"

    def options(self) -> Choices:
        return {
            "waiting": ("Waiting", Q(is_dead=False, attempts=0)),
            "failing": ("Failed, will be tried again", Q(is_dead=False, attempts__gt=0)),
            "dead": ("Dead", Q(is_dead=True)),
        }


class EffectFilter(ValueFilter):
    """Names from the registry: Django's own filter would read the whole table for them."""

    title = column = parameter_name = "effect"

    def values(self) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(registry)]


class TracedAdmin(ReadOnlyAdmin):
    """A list whose rows have an `event_id`, with a link to the trace of the event (`analytics.admin`)."""

    @admin.display(description="Trace")
    def trace(self, row: Any) -> str:
        address = reverse("admin:analytics_trace", args=[row.event_id])
        return format_html('<a class="underline" href="{}">trace</a>', address)


@admin.register(OutboxRow)
class OutboxRowAdmin(DeadRowsAdmin, TracedAdmin):
    things = ("effect", "effects")
    question = _DISCARD
    retry_dead = staticmethod(retry_dead_rows)
    discard_dead = staticmethod(discard_dead_rows)

    list_display = ["id", "effect", "key", "state", "created_at", "due_at", "attempts", "error", "trace"]
    list_filter = [EffectStateFilter, EffectFilter]
    search_fields = ["key", "error"]
    search_help_text = "What an effect is about, or words of its error"
    fields = [("effect", "key"), "payload", ("created_at", "due_at"), ("attempts", "is_dead"), "error", "trace"]
    readonly_fields = ["trace"]

    @display(description="State", label={"Waiting": "info", "Failed": "warning", "Dead": "danger"})
    def state(self, row: OutboxRow) -> str:
        if row.is_dead:
            return "Dead"
        return "Failed" if row.attempts else "Waiting"


@admin.register(EffectRun)
class EffectRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "effect", "row_count", "milliseconds", "task_id", "error"]
    list_filter = [EffectFilter, ("error", admin.EmptyFieldListFilter)]
    search_fields = ["task_id", "error"]

    @admin.display(description="Rows")
    def row_count(self, run: EffectRun) -> int:
        return len(run.row_ids)
