"""Questions that the pages ask about goods. Each states its query count."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from cart.owners import Owner
from cart.selectors import variants_on_sale
from inventory.models import Product, ProductVariant
from shop.catalog.offers import Offer, VariantOffer

PRODUCTS_A_PAGE = 24


def offers_of(products: Iterable[Product], owner: Owner | None) -> list[Offer]:
    """Those of these products that have a variant on sale, with all such as this shopper meets them.

    1 query, or none without products; and what it takes to have these.
    """
    found = {product.pk: product for product in products}
    if not found:
        return []
    choices = defaultdict(list)
    for variant in variants_on_sale(list(found), owner):
        variant.product = found[variant.product_id]
        choices[variant.product_id].append(_variant_offer(variant))
    return [Offer(product, choices[product.pk]) for product in found.values() if product.pk in choices]


def offer_by_slug(slug: str, owner: Owner | None) -> Offer | None:
    """One product, None unless it is on sale. 2 queries."""
    return _first_on_sale(Product.objects.filter(slug=slug), owner)


def offer_with_variant(variant_id: int, owner: Owner | None) -> Offer | None:
    """The product that has this variant, None unless the variant is on sale. 2 queries."""
    offer = _first_on_sale(Product.objects.filter(variants=variant_id), owner)
    return offer if offer and any(one.variant.pk == variant_id for one in offer.variants) else None


def variant_with_product(variant_id: int) -> ProductVariant:
    """A variant that is known to exist, to name it in a message. 1 query."""
    return ProductVariant.objects.select_related("product").get(pk=variant_id)


def _first_on_sale(products: QuerySet[Product], owner: Owner | None) -> Offer | None:
    return next(iter(offers_of(products, owner)), None)


def _variant_offer(variant: ProductVariant) -> VariantOffer:
    return VariantOffer(
        variant=variant,
        available=variant.available,  # type: ignore[attr-defined]
        first_hold_ends=variant.first_hold_ends,  # type: ignore[attr-defined]
    )
