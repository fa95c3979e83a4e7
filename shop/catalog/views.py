"""The lists of goods: all of them, and those of one category."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from inventory.models import Category
from shop.accounts.shoppers import ShopRequest
from shop.catalog.listing import Listing, find
from shop.catalog.query import read_query


@never_cache
@require_safe
def catalogue(request: ShopRequest, slug: str | None = None) -> HttpResponse:
    """`/` and `/c/<slug>/`, each with `q`, `sort`, `min`, `max`, `stock` and `page`.

    What makes no sense in them is put right and said, and never an error: addresses are typed, cut and guessed.
    """
    request.shopper.ensure_guest()
    try:
        listing = find(read_query(request.GET), slug, request.shopper.owner)
    except Category.DoesNotExist as error:
        raise Http404 from error
    is_home = slug is None and listing.query.is_plain
    context = {
        "listing": listing,
        "query": listing.query,
        "title": _title(listing),
        "is_home": is_home,
        "canonical": request.build_absolute_uri(_canonical(listing)),
        "pages": list(listing.paginator.get_elided_page_range(listing.query.page, on_each_side=1, on_ends=1)),
    }
    return render(request, "shop/home.html" if is_home else "shop/catalogue.html", context)


def _title(listing: Listing) -> str:
    text, here = listing.query.text, listing.here
    if text and here:
        return _("“%(text)s” in %(category)s") % {"text": text, "category": here.name}
    if text:
        return _("“%(text)s”") % {"text": text}
    return here.name if here else _("All goods")


def _canonical(listing: Listing) -> str:
    """One address for what is the same list in another order or cut down: the whole list, by the same page."""
    path = reverse("shop:category", args=[listing.here.slug]) if listing.here else reverse("shop:catalogue")
    is_deeper = listing.query.is_whole and listing.query.page > 1
    return f"{path}?page={listing.query.page}" if is_deeper else path
