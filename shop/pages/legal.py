"""What the law wants said. The words are templates, and who runs the shop are settings. Terms may be the owner's."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.seller import seller
from pages.models import TERMS
from pages.selectors import published_page
from shop.accounts.shoppers import ShopRequest
from shop.pages.owner import keep_without_form, show_page

_PAGES = {"imprint", "privacy", TERMS}


@require_safe
def legal(request: ShopRequest, page: str) -> HttpResponse:
    """`/legal/imprint/`, `/legal/privacy/` and `/legal/terms/`, which is the owner's once it is published."""
    if page not in _PAGES:
        raise Http404
    if page == TERMS and (terms := published_page(TERMS)):
        return show_page(request, terms)
    context = seller() | {"cart_days": settings.SHOP_CART_DAYS}
    return keep_without_form(render(request, f"shop/legal_{page}.html", context))
