"""Lists whose rows lead to the trace of their event."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from analytics.models import AnalyticsEvent
from core.admin.base import ReadOnlyAdmin
from outbox.models import OutboxRow


class TracedAdmin(ReadOnlyAdmin):
    """A list whose rows have an event id, each with a link to the trace of its event."""

    @admin.display(description="Trace")
    def trace(self, row: OutboxRow | AnalyticsEvent) -> str:
        address = reverse("admin:workers_trace", args=[row.event_id])
        return format_html('<a class="underline" href="{}">trace</a>', address)
