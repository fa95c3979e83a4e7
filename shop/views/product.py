"""One product: its variants, what of each is free, and the form to add some."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.offers import Offer
from shop.problems import Problem
from shop.selectors import offer_by_slug
from shop.shoppers import ShopRequest


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
    """`/products/<slug>/`"""
    offer = offer_by_slug(slug, request.shopper.owner)
    if offer is None:
        raise Http404
    return product_page(request, offer, AddForm(offer.first_available.variant.pk))


def product_page(request: ShopRequest, offer: Offer, form: AddForm) -> HttpResponse:
    """The page, also as the answer to an add that was refused."""
    request.shopper.ensure_guest()
    status = form.problem.status if form.problem else 200
    return render(request, "shop/product.html", {"offer": offer, "form": form}, status=status)
