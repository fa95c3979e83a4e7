"""Refusals of services that no form could foresee: told on the page, never a page of trouble."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.admin.agreement import ask_again, questions_of
from core.admin.base import StaffAdmin


class ServiceAdmin(StaffAdmin):
    """An admin whose saves go through services."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The transaction of the form is rolled back when its service refuses, and the page opened anew.

        Where a form has a question about what was typed, nothing is written before somebody says yes.
        """
        try:
            answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(request.get_full_path())
        if questions := _questions_in(answer):
            return ask_again(self, request, questions, back=request.get_full_path())
        return answer

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Goods are deleted one at a time, by a service that looks at each."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


def _questions_in(page: HttpResponse) -> list[str]:
    """What has to be asked where a page shows a form that came back; none where more than that is wrong."""
    shown = getattr(page, "context_data", None) or {}
    if "adminform" not in shown:
        return []
    formsets = [inline.formset for inline in shown["inline_admin_formsets"]]
    if any(formset.is_bound and formset.non_form_errors() for formset in formsets):
        return []
    return questions_of([shown["adminform"].form, *(form for formset in formsets for form in formset.forms)])
