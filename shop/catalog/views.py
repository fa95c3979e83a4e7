"""The pages of goods: `catalogue`, a list of all or of one category, and `product`."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from inventory.models import Category
from shop.accounts.shoppers import ShopRequest
from shop.cart.refusals import Problem
from shop.catalog.offers import Offer
from shop.catalog.query import read_query
from shop.catalog.selectors import Listing, offer_by_slug, read_listing
from shop.htmx import render_partial, wants_partial


@never_cache
@require_safe
def catalogue(request: ShopRequest, slug: str | None = None) -> HttpResponse:
    """`/goods/` and `/c/<slug>/`, each with `q`, `sort`, `min`, `max`, `stock` and `page`.

    A value that makes no sense is corrected and the page says so: addresses are typed and cut, so none is an error.
    A page that is not there leads to the nearest one.
    """
    query = read_query(request.GET)
    try:
        listing = read_listing(query, slug, request.shopper.owner)
    except Category.DoesNotExist as error:
        raise Http404 from error
    if listing.query.page != query.page:
        return HttpResponseRedirect(f"{request.path}?{listing.query.query_string()}".rstrip("?"))
    context = {
        "listing": listing,
        "query": listing.query,
        "title": _title(listing),
        "canonical": request.build_absolute_uri(_canonical(listing)),
        "pages": list(listing.paginator.get_elided_page_range(listing.query.page, on_each_side=1, on_ends=1)),
    }
    return render(request, "shop/catalogue.html", context)


def _title(listing: Listing) -> str:
    text, here = listing.query.text, listing.here
    if text and here:
        return _("“%(text)s” in %(category)s") % {"text": text, "category": here.name}
    if text:
        return _("“%(text)s”") % {"text": text}
    return here.name if here else _("All goods")


def _canonical(listing: Listing) -> str:
    """One address for a list in every order and with every filter; the pages of the whole list keep theirs."""
    path = reverse("shop:category", args=[listing.here.slug]) if listing.here else reverse("shop:catalogue")
    is_deeper = listing.query.is_whole and listing.query.page > 1
    return f"{path}?page={listing.query.page}" if is_deeper else path


@dataclass(frozen=True)
class AddForm:
    """What the form of an add shows: the variant, the quantity as it was typed, and why that was refused.

    `next` is where a success leads; None for the product's page.
    """

    variant_id: int
    quantity: str = "1"
    next: str | None = None
    problem: Problem | None = None


@never_cache
@require_safe
def product(request: ShopRequest, slug: str) -> HttpResponse:
    """`/products/<slug>/`, with `variant`, the sku that is picked; an unknown sku picks none."""
    offer = offer_by_slug(slug, request.shopper.owner)
    if offer is None:
        raise Http404
    picked = offer.with_sku(request.GET.get("variant", ""))
    form = AddForm((picked or offer.first_available).variant.pk)
    if wants_partial(request):
        return render_partial(request, "shop/_product.html", product_context(offer, form))
    return product_page(request, offer, form, has_picked=picked is not None)


def product_page(request: ShopRequest, offer: Offer, form: AddForm, *, has_picked: bool = True) -> HttpResponse:
    """The page, also as the answer to an add that was refused. Search engines know each variant by its own address."""
    context = product_context(offer, form)
    goods = context["picked"].variant if has_picked and not offer.only else offer.product
    context["canonical"] = request.build_absolute_uri(goods.get_absolute_url())
    return render(request, "shop/product.html", context, status=form.problem.status if form.problem else 200)


def product_context(offer: Offer, form: AddForm) -> dict[str, Any]:
    """The context of the templates that show a product and its form."""
    return {"offer": offer, "form": form, "picked": offer.with_variant(form.variant_id)}
