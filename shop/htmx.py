"""Partial answers: the part of a page that a form changed, with the header's cart and the messages beside it.

Without JavaScript the same forms get whole pages; nothing works in one way only.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shop.accounts.shoppers import ShopRequest


@dataclass(frozen=True)
class PageShown:
    """The page that a part goes into, in the place of `request` in its template: links back lead there."""

    address: str

    def get_full_path(self) -> str:
        return self.address


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks. By the header, since troubles are answered before and after any middleware."""
    return request.headers.get("HX-Request") == "true"


def part(request: ShopRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer with one part of the page; header and messages are swapped in by their ids."""
    here = urlsplit(request.htmx.current_url_abs_path or "/")
    shown = PageShown(here._replace(fragment="").geturl())
    return render(
        request, "shop/_answer.html", context | {"part": template, "is_part": True, "request": shown}, status=status
    )
