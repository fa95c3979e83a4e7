"""What a shopper sees when the shop itself is in trouble, or their account is gone."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from core.errors import Busy, UserGone
from core.transactions import is_of_a_user_who_is_gone
from shop.accounts.hashing import HasherBusy
from shop.htmx import wants_part
from shop.pages.errors import Notice, answer, wants_json


def trouble_with(error: BaseException | None) -> Notice | None:
    """What to say of an error that will pass by itself; None for any other.

    Busy has rolled back, so nothing was changed. Of a database that went away nobody knows whether it had committed.
    """
    title = _("One moment, please")
    if isinstance(error, Busy):
        text = _("The shop is busy with other orders just now. Nothing was changed; please try again.")
        return Notice(503, "busy", title, text, retry_after=1)
    if isinstance(error, HasherBusy):
        text = _("Many people are logging in just now. Nothing was changed; please try again.")
        return Notice(503, "busy", title, text, retry_after=3)
    if isinstance(error, OperationalError | InterfaceError):
        text = _("We cannot reach our records just now. Please try again in a moment; nothing will be done twice.")
        return Notice(503, "unavailable", title, text, retry_after=5)
    return None


class TroubleMiddleware:
    """Turns errors of the database that will pass into a 503, and gives a wrong method a page to read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if response.status_code == 405 and not getattr(response, "content", b""):
            page = answer(request, _wrong_method())
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Called for what a view or the rendering of its answer raises."""
        if isinstance(error, UserGone) or (isinstance(error, IntegrityError) and is_of_a_user_who_is_gone(error)):
            return account_is_gone(request)
        notice = trouble_with(error)
        return answer(request, notice, offer_again=True) if notice else None


def account_is_gone(request: HttpRequest) -> HttpResponseBase:
    """Lead whoever was logged in to an account that is no longer there to the log-in page, as a visitor."""
    logout(request)
    text = _("This account does not exist any more. Nothing was changed; log in to another, or go on as a guest.")
    if wants_json(request):
        return answer(request, Notice(401, "account_gone", _("Your account is gone"), text))
    messages.error(request, text)
    is_of_staff = request.path.startswith(reverse("admin:index"))
    page = reverse("admin:login" if is_of_staff else "shop:login")
    return HttpResponseClientRedirect(page) if wants_part(request) else HttpResponseRedirect(page, status=303)


def _wrong_method() -> Notice:
    text = _("This address only takes what a form sends. Nothing was changed.")
    return Notice(405, "method_not_allowed", _("Nothing to see here"), text, to_cart=True)
