"""`require_agreement` and `ask_again`: a valid form with a likely mistake needs a confirmation before it is written.

A form raises NotAgreed with a question. If nothing else is wrong, a page asks it and sends the whole form again with
the answer to exactly these questions. Other numbers are another question.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

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
