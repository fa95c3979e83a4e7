"""The list of goods, page by page."""

from django.core.paginator import InvalidPage
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.selectors import catalogue_page
from shop.shoppers import ShopRequest


@never_cache
@require_safe
def catalogue(request: ShopRequest) -> HttpResponse:
    """`/?page=2`. An address that leads past the last page is a 404, not another name of the last one."""
    request.shopper.ensure_guest()
    try:
        page, offers = catalogue_page(request.GET.get("page", "1"), request.shopper.owner)
    except InvalidPage as error:
        raise Http404 from error
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return render(request, "shop/catalogue.html", {"page": page, "offers": offers, "pages": pages})
