"""The state behind the pages on the first page of the admin."""

from typing import Any

from django.http import HttpRequest

from workers.status import read_status


def add_status(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Django-unfold's DASHBOARD_CALLBACK: gives `admin/index.html` the status. 6 queries."""
    context["status"] = read_status()
    return context
