"""What the law wants said. The words are templates, and who runs the shop are settings."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.views.decorators.http import require_safe

from shop.accounts.shoppers import ShopRequest

_PAGES = {"imprint", "privacy", "terms"}


@require_safe
def legal(request: ShopRequest, page: str) -> HttpResponse:
    """`/legal/imprint/`, `/legal/privacy/` and `/legal/terms/`"""
    if page not in _PAGES:
        raise Http404
    context = {
        "legal_name": settings.SHOP_LEGAL_NAME,
        "legal_address": settings.SHOP_LEGAL_ADDRESS,
        "legal_email": settings.SHOP_LEGAL_EMAIL,
        "cart_days": settings.SHOP_CART_DAYS,
    }
    response = render(request, f"shop/legal_{page}.html", context)
    # A form has a token that is good once; without one the page may be kept, and asked for again: the cart is on it.
    if b'method="post"' in response.content:
        add_never_cache_headers(response)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    return response
