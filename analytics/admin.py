"""Admins of events and daily figures; the trace of an event and the history of a cart."""

import uuid
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from analytics.models import AnalyticsEvent, DailyFigure
from analytics.selectors import cart_history, trace_event
from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import display, money_column
from core.admin.filters import ChoiceFilter, Choices, ValueFilter
from core.admin.flower import flower_url
from outbox.admin import TracedAdmin

_LARGEST_ID = 2**63 - 1


# Jumps from each name to the next in the index. PostgreSQL's DISTINCT would read every row.
# https://wiki.postgresql.org/wiki/Loose_indexscan
_NEXT_AND_NEXT = """
    WITH RECURSIVE names AS (
        SELECT min(name) AS name FROM workers_analyticsevent
        UNION ALL
        SELECT (SELECT min(name) FROM workers_analyticsevent WHERE name > names.name) FROM names WHERE name IS NOT NULL)
    SELECT name FROM names WHERE name IS NOT NULL
"""


class EventNameFilter(ValueFilter):
    title = column = parameter_name = "name"

    def values(self) -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_AND_NEXT)
            return [(name, name) for (name,) in cursor.fetchall()]


@admin.register(AnalyticsEvent)
class AnalyticsEventAdmin(TracedAdmin):
    list_display = ["occurred_at", "name", "cart_id", "variant_id", "quantity", "worth", "trace"]
    export_fields = ["occurred_at", "name", "cart_id", "variant_id", "quantity", "value"]
    worth = money_column("value", "Value")
    list_filter = [EventNameFilter]
    search_fields = ["event_id"]  # that there is a search at all; see `get_search_results`
    search_help_text = "The number of a cart or a variant, or the id of an event"
    fields = [("name", "occurred_at"), ("cart_id", "variant_id"), ("quantity", "worth"), "data", "event_id", "trace"]
    readonly_fields = ["worth", "trace"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AnalyticsEvent], search_term: str
    ) -> tuple[QuerySet[AnalyticsEvent], bool]:
        """By whole numbers and ids only, which have an index. Parts of them would read the whole table."""
        term = search_term.strip()
        return (queryset.filter(_named_by(term)) if term else queryset), False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("trace/<uuid:event_id>/", view(self.trace_view), name="analytics_trace"),
            path("cart/<int:cart_id>/", view(self.cart_history_view), name="analytics_cart_history"),
            *super().get_urls(),
        ]

    def trace_view(self, request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
        """An event with its rows, the tasks that did them and their results."""
        trace = trace_event(event_id)
        context = {"title": "Trace of an event", "trace": trace, "flower_url": flower_url(request)}
        return self._page(request, "analytics/trace.html", context)

    def cart_history_view(self, request: HttpRequest, cart_id: int) -> HttpResponse:
        """What happened in one cart."""
        context = {"title": f"History of cart {cart_id}", "history": cart_history(cart_id)}
        return self._page(request, "analytics/cart_history.html", context)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return render(request, template, {**self.admin_site.each_context(request), **context})


def _named_by(term: str) -> Q:
    if term.isdecimal():
        number = min(int(term), _LARGEST_ID)
        return Q(cart_id=number) | Q(variant_id=number)
    try:
        return Q(event_id=uuid.UUID(term))
    except ValueError:
        return Q(pk__in=[])


class ScopeFilter(ChoiceFilter):
    """Figures of all variants together, as on the dashboard, or of single variants."""

    title = "scope"
    parameter_name = "scope"

    def options(self) -> Choices:
        return {
            "all": ("All variants together", Q(variant_id__isnull=True)),
            "variant": ("Each variant by itself", Q(variant_id__isnull=False)),
        }


class FigureNameFilter(ValueFilter):
    title = column = parameter_name = "name"

    def values(self) -> list[tuple[str, str]]:
        """From the totals alone, which are few."""
        names = DailyFigure.objects.filter(variant_id=None).order_by("name").values_list("name", flat=True)
        return [(name, name) for name in names.distinct()]


@admin.register(DailyFigure)
class DailyFigureAdmin(ReadOnlyAdmin):
    list_display = ["day", "name", "scope", "events", "quantity", "worth", "of_dropped"]
    export_fields = ["day", "name", "scope", "events", "quantity", "value", "of_dropped"]
    worth = money_column("value", "Value")
    list_filter = [ScopeFilter, FigureNameFilter]
    search_fields = ["variant_id"]
    search_help_text = "The number of a variant"
    ordering = ["-day", "-name", "-variant_id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DailyFigure], search_term: str
    ) -> tuple[QuerySet[DailyFigure], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(variant_id=min(int(term), _LARGEST_ID) if term.isdecimal() else -1), False

    @display(description="Variant", ordering="variant_id")
    def scope(self, figure: DailyFigure) -> str:
        return str(figure.variant_id or "all")
