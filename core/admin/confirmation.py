"""Pages between a staff action and its effect: `ask_reason` asks for a reason, `ask_again` for a confirmation.

A form with a likely mistake raises NotAgreed with a question (`require_agreement`). If nothing else is wrong, a page
asks it and sends the whole form again with the answer to exactly these questions. Other numbers are another question.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.log import told_of
from core.errors import NothingChanged
from core.one_line import OneLineFormField


class ReasonForm(forms.Form):
    """The reason of an action, which goes to the log."""

    reason = OneLineFormField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="For the log: who reads it next week should see why.",
    )


@dataclass(frozen=True)
class Question:
    """The page before an action: its title, what will happen, and the text of the button.

    Without `asks_reason` the button is all there is, and the reason is "-".
    """

    title: str
    consequence: str
    button: str
    asks_reason: bool = True


def report(model_admin: Any, request: HttpRequest, rows: Iterable[Any], act: Callable[[], str]) -> None:
    """Act on rows, and show the message that it returns. If nothing was changed, a warning says so, and who was faster.

    Raises the other errors of `act`.
    """
    try:
        messages.success(request, act())
    except NothingChanged as nothing:
        told = told_of(request, model_admin.model, rows)
        messages.warning(request, " ".join([*nothing.messages, told]).strip())


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
    Arguments: `describe` returns the text for a row. `act` takes the reason and returns the message. NothingChanged is
    shown as a warning on the list, another ValidationError beside the form.
    """
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        try:
            report(model_admin, request, rows, lambda: act(form.cleaned_data["reason"]))
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


AGREED = "agreed"
_CODE = "not_agreed"
_OWN = "csrfmiddlewaretoken"  # each page has one


class NotAgreed(ValidationError):
    """The question was not answered with yes. Argument: the question."""

    def __init__(self, question: str) -> None:
        super().__init__(question, code=_CODE)


def require_agreement(form: BaseForm, question: str) -> None:
    """Raise NotAgreed unless the form was sent with a yes to exactly this question. An empty question is none."""
    said = form.data.getlist(AGREED) if isinstance(form.data, QueryDict) else []
    if question and question not in said:
        raise NotAgreed(question)


def questions_of(forms: Iterable[BaseForm]) -> list[str]:
    """The questions of these forms; empty where one of them has another error."""
    # For an inline that is read-only to the user, Django makes the errors a plain dict.
    wrong = [form.errors for form in forms if form.errors]
    errors = [error for each in wrong for of_field in each.as_data().values() for error in of_field]
    return [str(error.message) for error in errors] if all(error.code == _CODE for error in errors) else []


def ask_again(model_admin: Any, request: HttpRequest, questions: Sequence[str], *, back: str) -> HttpResponse:
    """Show the questions. Yes sends the form again with all that was typed; no leads `back`, an address."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": "Is this right?",
        "questions": questions,
        "agreed": AGREED,
        "typed": [(name, value) for name, values in request.POST.lists() if name != _OWN for value in values],
        "left_behind": [file.name for files in request.FILES.lists() for file in files[1]],
        "back": back,
    }
    return render(request, "core/agree.html", context)
