"""Admin pages of the schedule and of task results. They are read-only: the schedule is code."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.schedules import crontab
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_celery_results.models import GroupResult, TaskResult

from core.admin.base import ReadOnlyAdmin
from core.admin.flower import flower_url
from core.celery import app
from outbox.models import ScheduledStart

admin.site.unregister(TaskResult)
admin.site.unregister(GroupResult)  # the shop starts no groups


@admin.register(TaskResult)
class TaskResultAdmin(ReadOnlyAdmin):
    """Failures of any task, and results of the tasks that store them."""

    list_display = ["task_id", "task_name", "status", "date_created", "date_done"]
    list_filter = ["status", "task_name"]
    search_fields = ["task_id", "task_name"]


@admin.register(ScheduledStart)
class ScheduleAdmin(ReadOnlyAdmin):
    """One page instead of a list: a list of rows would lack the entries that were never started."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Schedule",
            "jobs": scheduled_jobs(),
            "flower_url": flower_url(request),
        }
        return render(request, "workers/schedule.html", context)


@dataclass(frozen=True)
class ScheduledJob:
    """One entry of the schedule. Of tasks that run every few seconds, only failures are stored."""

    name: str
    meaning: str
    every: str
    sent_at: datetime | None
    result: TaskResult | None


def scheduled_jobs() -> list[ScheduledJob]:
    """Return all entries of the schedule, ordered by name. 2 queries."""
    schedule = app.conf.beat_schedule
    starts = dict(ScheduledStart.objects.values_list("name", "sent_at"))
    results = _last_results(entry["task"] for entry in schedule.values())
    return [
        ScheduledJob(
            name=name,
            meaning=_meaning(entry["task"]),
            every=in_words(entry["schedule"]),
            sent_at=starts.get(name),
            result=results.get(entry["task"]),
        )
        for name, entry in sorted(schedule.items())
    ]


def _last_results(tasks: Iterable[str]) -> dict[str, TaskResult]:
    results = TaskResult.objects.filter(task_name__in=set(tasks)).order_by("task_name", "-date_done")
    return {result.task_name: result for result in results.distinct("task_name")}


def _meaning(task: str) -> str:
    """The first line of the task's docstring: staff read it."""
    words = inspect.getdoc(app.tasks[task].run) or _UNSAID.get(task, "")
    return words.split("\n")[0]


# For tasks of Celery, which have no docstring.
_UNSAID = {"celery.backend_cleanup": "Delete the stored results of tasks that are old."}


def in_words(schedule: Any) -> str:
    """Say when an entry is due. In words for intervals, and for crontabs of a minute, or an hour and a minute."""
    if isinstance(schedule, timedelta):
        return f"every {schedule.total_seconds():g} s"
    return _crontab_in_words(schedule) if isinstance(schedule, crontab) else str(schedule)


def _crontab_in_words(schedule: Any) -> str:
    minute, hour = str(schedule._orig_minute), str(schedule._orig_hour)
    if minute.isdecimal() and hour == "*":
        return f"each hour at :{int(minute):02}"
    if minute.isdecimal() and hour.isdecimal():
        return f"each day at {int(hour):02}:{int(minute):02}"
    return str(schedule)
