"""What beat starts, to read: the schedule itself is code."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.admin.base import ReadOnlyAdmin
from outbox.models import ScheduledStart
from workers.scheduled import scheduled_jobs


@admin.register(ScheduledStart)
class ScheduleAdmin(ReadOnlyAdmin):
    """One page instead of a list: also what was never started is on the schedule."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Schedule",
            "jobs": scheduled_jobs(),
            "flower_url": settings.FLOWER_URL,
        }
        return render(request, "workers/schedule.html", context)
