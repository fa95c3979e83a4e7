"""The page between a staff action and what it does: what it is about to change, and why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from unfold.widgets import UnfoldAdminTextInputWidget


class ReasonForm(forms.Form):
    """Why something is done; the log keeps it."""

    reason = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="For the log: who reads it next week should see why.",
    )


@dataclass(frozen=True)
class Question:
    """What a person is about to do: the title of the page, what will come of it, and the words on the button."""

    title: str
    consequence: str
    button: str


def ask_reason(
    model_admin: Any,
    request: HttpRequest,
    rows: Iterable[Any],
    question: Question,
    act: Callable[[str], str],
    *,
    describe: Callable[[Any], str] = str,
) -> HttpResponse:
    """Show the rows and ask for a reason; once it is given, act, say what was done, and go back to the list.

    Works for an action on chosen rows, which comes as a POST without a reason first, and for one on a row, which comes
    as a GET. `describe` says of a row what it is. `act` takes the reason and returns what to say; a ValidationError
    that it raises is shown beside the form.
    """
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        try:
            messages.success(request, act(form.cleaned_data["reason"]))
            return redirect(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist")
        except ValidationError as refusal:
            form.add_error(None, refusal)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": question.title,
        "question": question,
        "rows": [(row.pk, describe(row)) for row in rows],
        "form": form,
        "chosen": ACTION_CHECKBOX_NAME,
        "action": request.POST.get("action", ""),
    }
    return render(request, "core/confirm.html", context, status=422 if form.errors else 200)
