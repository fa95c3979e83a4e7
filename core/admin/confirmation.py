"""`ask_reason`, the page between a staff action and its effect: it shows the rows and asks for a reason."""

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
    """The reason of an action, which goes to the log."""

    reason = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="For the log: who reads it next week should see why.",
    )


@dataclass(frozen=True)
class Question:
    """The page before an action: its title, what will happen, and the text of the button."""

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
    """Show the rows and ask for a reason. Once it is given, act, show the message, and go back to the list.

    A list action first arrives as a POST without a reason. A row action first arrives as a GET.
    Arguments: `describe` returns the text for a row. `act` takes the reason and returns the message; a ValidationError
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
