"""Partials for htmx: the piece of a page that a form changed, with the header's cart and the messages beside it.

Without JavaScript the same forms get whole pages, so everything works in both ways.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shop.accounts.shoppers import ShopRequest


@dataclass(frozen=True)
class PageShown:
    """Stands for `request` in a partial's template, so that links back lead to the page that shows the partial."""

    address: str

    def get_full_path(self) -> str:
        return self.address


def wants_partial(request: HttpRequest) -> bool:
    """Whether htmx asks. Read from the header: some errors are answered where `request.htmx` is not set."""
    return request.headers.get("HX-Request") == "true"


def render_partial(request: ShopRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer with one partial; htmx swaps the header and the messages in by their ids."""
    here = urlsplit(request.htmx.current_url_abs_path or "/")
    shown = PageShown(here._replace(fragment="").geturl())
    return render(
        request,
        "shop/_answer.html",
        context | {"partial": template, "is_partial": True, "request": shown},
        status=status,
    )
