"""What a shopper sees when the shop itself is in trouble."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from cart.errors import Busy
from shop.notices import Notice, answer


def trouble_with(error: BaseException | None) -> Notice | None:
    """What to say of an error that will pass by itself; None for any other.

    Busy has rolled back, so nothing was changed. Of a database that went away nobody knows whether it had committed.
    """
    title = _("One moment, please")
    if isinstance(error, Busy):
        text = _("The shop is busy with other orders just now. Nothing was changed; please try again.")
        return Notice(503, "busy", title, text, retry_after=1)
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
        notice = trouble_with(error)
        return answer(request, notice, offer_again=True) if notice else None


def _wrong_method() -> Notice:
    text = _("This address only takes what a form sends. Nothing was changed.")
    return Notice(405, "method_not_allowed", _("Nothing to see here"), text, to_cart=True)
