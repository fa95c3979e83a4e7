"""Base classes of admins: `StaffAdmin`, `ReadOnlyAdmin`, `ServiceAdmin` for what services write; `CappedPaginator`."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from core.admin.confirmation import ask_again, questions_of
from core.admin.decorators import action
from core.admin.export import csv_answer
from core.admin.number_fields import NUMBER_FIELDS
from core.admin.seen import SeenForm

MOST_ROWS = 10_000


class _AndMore(int):
    """A number of rows of which there are more. Pages write it as “10,000+”: “Select all 10,000+ variants”."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of the first 10,000 rows. Nobody turns to page 201; people search or filter.

    An exact count reads the whole table, and a late page reads all rows before it: at a million lines each takes longer
    than the rest of the page.
    """

    @cached_property
    def count(self) -> int:
        """The number of rows, counted up to the cap. 1 query."""
        rows = self.object_list
        most = MOST_ROWS + 1
        count = rows.order_by().values("pk")[:most].count() if isinstance(rows, QuerySet) else len(rows)
        return _AndMore(MOST_ROWS) if count > MOST_ROWS else count


class StaffAdmin(ModelAdmin):  # type: ignore[misc]
    """A list that stays quick at a million rows and can be taken along as CSV.

    Forms of admins and of inlines derive from SeenForm, form sets from SeenFormSet (tests/project/test_stale_pages.py).
    """

    form = SeenForm
    formfield_overrides = NUMBER_FIELDS
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = ["export_csv"]
    export_fields: Sequence[str] = ()  # the columns of the file, as in `list_display`; empty: those of the list
    list_filter_submit = False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """If a save is refused that the form allowed, roll back and check the form again.

        A rival was faster, with the same number for example. The form says so now, and keeps what was typed.
        """
        try:
            answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except (ValidationError, IntegrityError):
            answer = super().changeform_view(request, *args, **kwargs)
        return answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Insert a new row, or write the changed columns of an existing one."""
        obj.save(update_fields=form.changed_columns if change else None)

    @action(description="Export the chosen rows as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseBase:
        """All rows of the list when "select all" was chosen, not only those of the page."""
        shown = [column for column in self.get_list_display(request) if isinstance(column, str)]
        return csv_answer(self, self.rows_to_export(rows), self.export_fields or shown)

    def rows_to_export(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with what `export_fields` need besides."""
        return rows


class ReadOnlyAdmin(StaffAdmin):
    """A list to read: nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceAdmin(StaffAdmin):
    """An admin whose saves go through services. A refusal that no form could foresee is shown on the page."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """If the service refuses, roll back, show the message and open the page again.

        If a form has a question about what was typed, nothing is written before the person says yes.
        """
        try:
            answer = super().changeform_view(request, *args, **kwargs)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(request.get_full_path())
        if questions := _questions_in(answer):
            return ask_again(self, request, questions, back=request.get_full_path())
        return answer

    def check_deletion(self, obj: Any) -> None:
        """Raise ValidationError where a row cannot be deleted. Called before the page asks for confirmation."""

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show why a row cannot be deleted, also where that is so only when the service looks again.

        Django's transaction is rolled back then, with its line in the log.
        """
        row = self.get_object(request, object_id)
        try:
            if row is not None:
                self.check_deletion(row)
            answer: HttpResponse = super().delete_view(request, object_id, extra_context)
        except ValidationError as refusal:
            messages.error(request, f"{row}: {' '.join(refusal.messages)}")
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)
        return answer

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without bulk deletion: a service checks and deletes each row."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


def _questions_in(page: HttpResponse) -> list[str]:
    """Return what to ask about a form that came back with questions only; nothing if anything else is wrong with it."""
    shown = getattr(page, "context_data", None) or {}
    if "adminform" not in shown:
        return []
    formsets = [inline.formset for inline in shown["inline_admin_formsets"]]
    if any(formset.is_bound and formset.non_form_errors() for formset in formsets):
        return []
    return questions_of([shown["adminform"].form, *(form for formset in formsets for form in formset.forms)])
