"""Plain pages that stand alone: no cart, no user, no query. What is said when something else has gone wrong."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

# What a form may be posted again with. Nothing else that was posted (a password, say) is ever put into a page.
_POSTED_AGAIN = ("variant", "quantity", "key", "next", "cart", "version", "total", "details", "provider")


@dataclass(frozen=True)
class Notice:
    """`code` for machines, the rest for people; `retry_after` in seconds; `to_cart` adds a link to it."""

    status: int
    code: str
    title: str
    text: str
    retry_after: int | None = None
    to_cart: bool = False


def answer(request: HttpRequest, notice: Notice, *, offer_again: bool = False) -> HttpResponse:
    """Show the notice, as JSON to who prefers that, and as a message where a part of a page was asked for.

    With `offer_again`, what was posted can be posted again by one button, with the same idempotency key: if the first
    time was carried out after all, the second one changes nothing.
    """
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse({"code": notice.code, "message": notice.text}, status=notice.status)
    elif request.headers.get("HX-Request") == "true":
        # The page and its form stay as they are: sent again, it is the same request with the same key.
        response = render(request, "shop/_notice.html", {"notice": notice}, status=notice.status)
        response["HX-Reswap"] = "none"
    else:
        again = _posted(request) if offer_again and request.method == "POST" else None
        response = render(request, "shop/notice.html", {"notice": notice, "again": again}, status=notice.status)
    if notice.retry_after is not None:
        response["Retry-After"] = str(notice.retry_after)
    add_never_cache_headers(response)
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether the client prefers JSON to a page; browsers never do."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _posted(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name in _POSTED_AGAIN for value in request.POST.getlist(name)]
