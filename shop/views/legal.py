"""What the law wants said. The words are templates, and who runs the shop are settings."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.shoppers import ShopRequest

_PAGES = {"imprint", "privacy", "terms"}


@never_cache
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
    return render(request, f"shop/legal_{page}.html", context)
