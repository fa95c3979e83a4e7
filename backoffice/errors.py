"""`permission_denied`, the page for staff who may not do what they asked for."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403. Say which account asked, who may, and the way on. Clients that are not staff get Django's page."""
    user = getattr(request, "user", None)
    if user is None or not user.is_staff:
        return defaults.permission_denied(request, exception)
    roles = user.groups.order_by("name").values_list("name", flat=True)
    context = {**admin.site.each_context(request), "title": "Not with this account", "roles": list(roles)}
    return render(request, "backoffice/403.html", context, status=403)
