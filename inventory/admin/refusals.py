"""Refusals of services that no form could foresee: told on the page, never a page of trouble."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from staff.admin import StaffAdmin


class ServiceAdmin(StaffAdmin):
    """An admin whose saves go through services."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The transaction of the form is rolled back when its service refuses, and the page opened anew."""
        try:
            answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(request.get_full_path())
        return answer

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Goods are deleted one at a time, by a service that looks at each."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
