"""What is asked once more before it is written: a form that is right, and yet is likely a slip of the finger.

A form raises NotAgreed with a question. Where nothing else is wrong with what was sent, a page asks, and sends all of
it again with the person's yes to exactly these questions: with other numbers it is another question.
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
    """Nobody has said yes yet. Argument: the question."""

    def __init__(self, question: str) -> None:
        super().__init__(question, code=_CODE)


def require_agreement(form: BaseForm, question: str) -> None:
    """Raise NotAgreed unless whoever sent the form has said yes to just this question. An empty one is none."""
    said = form.data.getlist(AGREED) if isinstance(form.data, QueryDict) else []
    if question and question not in said:
        raise NotAgreed(question)


def questions_of(forms: Iterable[BaseForm]) -> list[str]:
    """What has to be asked before these forms are carried out; empty where something else is wrong with one of them."""
    # Of an inline that somebody may only read Django makes the errors a plain dict.
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
