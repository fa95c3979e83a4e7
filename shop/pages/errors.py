"""Pages that stand alone: no cart, no user, no query. Exports the middleware and the handler that answer with them.

Views answer with one by `error_response`, and ask `wants_json` whether the client is no browser.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.contrib import messages
from django.contrib.auth import logout
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import REASON_CSRF_TOKEN_MISSING, REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from core.errors import Busy, UserGone
from core.transactions import is_of_a_user_who_is_gone
from shop.accounts.hashing import HasherBusy
from shop.htmx import wants_partial

# What to say of Busy, also beside a form.
BUSY = gettext_lazy("The shop is busy with other orders just now. Nothing was changed; please try again.")
# What a form may be posted again with. Nothing else that was posted (a password, say) is ever put into a page.
_POSTED_AGAIN = ("guest", "variant", "quantity", "key", "next", "cart", "version", "total", "details", "provider")


@dataclass(frozen=True)
class ErrorPage:
    """`code` is for machines, the rest for people. `retry_after` is in seconds; `to_cart` adds a link to the cart.

    `form_page` is the address of the page with the form that was refused, to open it again.
    """

    status: int
    code: str
    title: str
    text: str
    retry_after: int | None = None
    to_cart: bool = False
    form_page: str | None = None
    template: str = "shop/error.html"


def error_response(request: HttpRequest, page: ErrorPage, *, offer_again: bool = False) -> HttpResponse:
    """Answer with the page; with JSON where the client prefers that; with a message where htmx asks for a partial.

    With `offer_again` a button posts the same form again, with the same idempotency key: where the first request was
    carried out after all, the second one changes nothing.
    """
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse({"code": page.code, "message": page.text}, status=page.status)
    elif wants_partial(request):
        # The page and its form stay as they are: sent again, it is the same request with the same key.
        response = render(request, "shop/_error.html", {"page": page}, status=page.status)
        response["HX-Reswap"] = "none"
    else:
        again = _posted(request) if offer_again and request.method == "POST" else None
        response = render(request, page.template, {"page": page, "again": again}, status=page.status)
    if page.retry_after is not None:
        response["Retry-After"] = str(page.retry_after)
    add_never_cache_headers(response)
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether the client prefers JSON to a page; browsers never do."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _posted(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name in _POSTED_AGAIN for value in request.POST.getlist(name)]


def error_page_of(error: BaseException | None) -> ErrorPage | None:
    """The page for an error that passes by itself; None for any other.

    Busy has rolled back, so nothing was changed. When the database goes away, nobody knows whether it had committed.
    """
    title = _("One moment, please")
    if isinstance(error, Busy):
        return ErrorPage(503, "busy", title, str(BUSY), retry_after=1)
    if isinstance(error, HasherBusy):
        text = _("Many people are logging in just now. Nothing was changed; please try again.")
        return ErrorPage(503, "busy", title, text, retry_after=3)
    if isinstance(error, OperationalError | InterfaceError):
        text = _("We cannot reach our records just now. Please try again in a moment; nothing will be done twice.")
        return ErrorPage(503, "unavailable", title, text, retry_after=5)
    return None


class ErrorPageMiddleware:
    """Answers errors that pass by themselves with a 503, and an account that is gone with the log-in page.

    Gives the answer to a wrong method a page to read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if response.status_code == 405 and not getattr(response, "content", b""):
            page = error_response(request, _wrong_method())
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Called for what a view or the rendering of its answer raises."""
        if isinstance(error, UserGone) or (isinstance(error, IntegrityError) and is_of_a_user_who_is_gone(error)):
            return _account_is_gone(request)
        page = error_page_of(error)
        return error_response(request, page, offer_again=True) if page else None


def _account_is_gone(request: HttpRequest) -> HttpResponseBase:
    """Log the client out, and lead to the log-in page: the account was deleted while the request was on its way."""
    logout(request)
    text = _("This account does not exist any more. Nothing was changed; log in to another, or go on as a guest.")
    if wants_json(request):
        return error_response(request, ErrorPage(401, "account_gone", _("Your account is gone"), text))
    messages.error(request, text)
    is_of_staff = request.path.startswith(reverse("admin:index"))
    page = reverse("admin:login" if is_of_staff else "shop:login")
    return HttpResponseClientRedirect(page) if wants_partial(request) else HttpResponseRedirect(page, status=303)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: say which of the causes it is, since each wants something else to be done."""
    page = _csrf_page(reason)
    return error_response(request, replace(page, form_page=_form_page(request)))


def _csrf_page(reason: str) -> ErrorPage:
    again = _("Nothing was changed. Open the page again and repeat what you did.")
    if reason == REASON_NO_CSRF_COOKIE:
        text = _(
            "Without it we cannot tell which cart is yours. Nothing was changed. Please allow cookies, and try again."
        )
        title = _("Your browser does not keep our cookie.")
        return ErrorPage(403, "no_cookie", title, text, template="shop/no_cookie.html")
    if reason == REASON_CSRF_TOKEN_MISSING:
        return ErrorPage(403, "no_token", _("That form was not complete."), again)
    if reason.startswith(("Origin", "Referer")):
        return ErrorPage(403, "other_site", _("That form was not on our pages."), again)
    text = _("You have logged in or out since it was opened, perhaps in another tab.")
    return ErrorPage(403, "too_old", _("This page was too old."), f"{text} {again}")


def _form_page(request: HttpRequest) -> str:
    """The page that the form was on, as the browser says; else the first one."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else reverse("shop:home")


def _wrong_method() -> ErrorPage:
    text = _("This address only takes what a form sends. Nothing was changed.")
    return ErrorPage(405, "method_not_allowed", _("Nothing to see here"), text, to_cart=True)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. Errors of a middleware come here and not to `ErrorPageMiddleware`, so both ask `error_page_of`.

    Django calls this while it handles the error. It reads nothing: no user, no cart, no database.
    """
    text = _("Something went wrong on our side, and we have been told. Your cart is as you left it.")
    unforeseen = ErrorPage(500, "server_error", _("Sorry, that did not work"), text)
    return error_response(request, error_page_of(sys.exc_info()[1]) or unforeseen)
