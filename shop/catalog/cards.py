"""The facts that a product's card says."""

from decimal import Decimal
from typing import NamedTuple

from shop.catalog.offers import Availability, Offer
from shop.catalog.pictures import Pictured, pictured


class Card(NamedTuple):
    """All that a product's card says; it is remembered by them."""

    product_id: int
    slug: str
    name: str
    picture: Pictured
    lowest_price: Decimal
    has_price_range: bool
    choices: int
    only_id: int | None
    state: Availability


def card_of(offer: Offer) -> Card:
    """What the card of this offer says. `only_id` is its variant, where there is nothing to choose."""
    product = offer.product
    return Card(
        product_id=product.pk,
        slug=product.slug,
        name=product.name,
        picture=pictured(product, offer.first_available.variant),
        lowest_price=offer.lowest_price,
        has_price_range=offer.has_price_range,
        choices=len(offer.variants),
        only_id=offer.only.variant.pk if offer.only else None,
        state=offer.availability,
    )
