"""The page for an error that nobody foresaw."""

import sys

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shop.middleware import trouble_with
from shop.pages.errors import Notice, answer


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. An error of a middleware comes here and not to `TroubleMiddleware`, so both ask the same question.

    Django calls this while it handles the error. It reads nothing: no user, no cart, no database.
    """
    text = _("Something went wrong on our side, and we have been told. Your cart is as you left it.")
    unforeseen = Notice(500, "server_error", _("Sorry, that did not work"), text)
    return answer(request, trouble_with(sys.exc_info()[1]) or unforeseen)
