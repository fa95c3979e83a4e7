"""The back office of this app, a module a subject."""

from django.contrib import admin

from workers.admin import analytics, letters, outbox, results, schedule

admin.site.index_template = "workers/dashboard.html"

__all__ = ["analytics", "letters", "outbox", "results", "schedule"]
