"""What every list of the back office is made of. Stock, carts and orders are written by services, not by forms."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from unfold.admin import ModelAdmin

from core.admin.decorators import action
from core.admin.export import csv_answer
from core.admin.number_fields import NUMBER_FIELDS
from core.admin.pagination import CappedPaginator


class StaffAdmin(ModelAdmin):  # type: ignore[misc]
    """A list that stays quick at a million rows and can be taken along as CSV."""

    formfield_overrides = NUMBER_FIELDS
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = ["export_csv"]
    list_filter_submit = False

    @action(description="Export the chosen rows as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseBase:
        """All rows of the list when "select all" was chosen, not only those of the page."""
        columns = [column for column in self.get_list_display(request) if isinstance(column, str)]
        return csv_answer(self, rows, columns)


class ReadOnlyAdmin(StaffAdmin):
    """A list to read: nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
