"""`last_entry` and `told_of`: what the admin log says to the second of two people who act on the same rows."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import HttpRequest

from core.text import date_and_time


def last_entry(model: type[Model], ids: Iterable[object], **conditions: Any) -> LogEntry | None:
    """Return the newest entry about one of these rows, with its user. At most 2 queries."""
    kind = ContentType.objects.get_for_model(model)
    entries = LogEntry.objects.filter(content_type=kind, object_id__in=[str(pk) for pk in ids], **conditions)
    return entries.select_related("user").order_by("-id").first()


def told_of(request: HttpRequest, model: type[Model], rows: Iterable[Model]) -> str:
    """Return a sentence with who did what last to one of these rows, and when. Empty if the log has nothing of them.

    For an action on a list these are all rows that were ticked: one that a colleague dealt with is no longer shown.
    """
    entry = last_entry(model, request.POST.getlist(ACTION_CHECKBOX_NAME) or [row.pk for row in rows])
    if entry is None:
        return ""
    return f"Last in the log: {entry.user}, {date_and_time(entry.action_time)}: {entry.get_change_message()}"
