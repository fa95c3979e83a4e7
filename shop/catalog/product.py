"""One product: its variants, what of each is free, and the form to add some."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.accounts.shoppers import ShopRequest
from shop.cart.refusals import Problem
from shop.catalog.offers import Offer
from shop.catalog.selectors import offer_by_slug
from shop.htmx import part, wants_part


@dataclass(frozen=True)
class AddForm:
    """What the form shows: the variant chosen, the quantity as it was typed, and why that was refused.

    `next` is where a success leads; None for this page.
    """

    variant_id: int
    quantity: str = "1"
    next: str | None = None
    problem: Problem | None = None


@never_cache
@require_safe
def product(request: ShopRequest, slug: str) -> HttpResponse:
    """`/products/<slug>/`, with `variant`, a sku, where one is picked; any other is as good as none."""
    offer = offer_by_slug(slug, request.shopper.owner)
    if offer is None:
        raise Http404
    picked = offer.with_sku(request.GET.get("variant", ""))
    form = AddForm((picked or offer.first_available).variant.pk)
    if wants_part(request):
        return part(request, "shop/_product.html", shown(offer, form))
    return product_page(request, offer, form, has_picked=picked is not None)


def product_page(request: ShopRequest, offer: Offer, form: AddForm, *, has_picked: bool = True) -> HttpResponse:
    """The page, also as the answer to an add that was refused. Search engines know each variant by its own address."""
    request.shopper.ensure_guest()
    context = shown(offer, form)
    goods = context["picked"].variant if has_picked and not offer.only else offer.product
    context["canonical"] = request.build_absolute_uri(goods.get_absolute_url())
    return render(request, "shop/product.html", context, status=form.problem.status if form.problem else 200)


def shown(offer: Offer, form: AddForm) -> dict[str, Any]:
    """What the product and its form are shown with."""
    return {"offer": offer, "form": form, "picked": offer.with_variant(form.variant_id)}
