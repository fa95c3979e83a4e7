"""What shoppers did, and the way from an event to its effects."""

import uuid

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from workers.admin.traced import TracedAdmin
from workers.models import AnalyticsEvent
from workers.trace import trace_event


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
