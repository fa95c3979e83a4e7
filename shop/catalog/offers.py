"""`Offer`: a product as a shopper could buy it now, with its variants; `Card`: what a list says of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.errors import Shortage
from inventory.models import Product, ProductVariant
from shop.catalog.pictures import Pictured, pictured
from shop.catalog.prices import Priced, priced
from shop.wording import clock_time


@dataclass(frozen=True)
class Availability:
    """`code` for the style sheet and for machines, `text` for people."""

    code: str
    text: str
    can_add: bool


@dataclass(frozen=True)
class VariantOffer:
    """A variant, the units of it that this shopper could add, and when the first hold of others ends."""

    variant: ProductVariant
    available: int
    first_hold_ends: datetime | None

    @property
    def price(self) -> Priced:
        return priced(self.variant)

    @property
    def most(self) -> int:
        """The most that one add may take: what is free for this shopper, and no more than a line may hold."""
        return min(self.available, int(settings.SHOP_MAX_UNITS_PER_LINE))

    @property
    def availability(self) -> Availability:
        if self.available > self.variant.low_stock_threshold:
            return Availability("in_stock", _("In stock"), can_add=True)
        shortage = Shortage.of(self.available, self.first_hold_ends)
        if shortage == Shortage.ONLY_N_LEFT:
            return only_left(self.available, others_hold=self.first_hold_ends is not None)
        if self.first_hold_ends:
            text = _("All in other carts, perhaps free again at %(time)s") % {"time": clock_time(self.first_hold_ends)}
            return Availability(shortage, text, can_add=False)
        if self.variant.reserved_quantity:
            # No other cart has a live hold, and expired ones count as available: what is held is the shopper's.
            return Availability("all_in_yours", _("The last ones are in your cart"), can_add=False)
        return Availability(shortage, _("Sold out"), can_add=False)


def only_left(units: int, *, others_hold: bool) -> Availability:
    """What to say at or below the low-stock threshold. What other carts hold may come back, so there are more left."""
    text = (
        ngettext("Only %(count)d free just now", "Only %(count)d free just now", units)
        if others_hold
        else ngettext("Only %(count)d left", "Only %(count)d left", units)
    )
    return Availability(Shortage.ONLY_N_LEFT, text % {"count": units}, can_add=True)


@dataclass(frozen=True)
class Offer:
    """A product and those of its variants that are on sale, at least one, in the order of their sku."""

    product: Product
    variants: list[VariantOffer]

    @property
    def only(self) -> VariantOffer | None:
        """The variant, where there is nothing to choose."""
        return self.variants[0] if len(self.variants) == 1 else None

    @property
    def lowest_price(self) -> Priced:
        return min((offer.price for offer in self.variants), key=lambda price: price.now)

    @property
    def has_price_range(self) -> bool:
        return len({offer.price.now for offer in self.variants}) > 1

    @property
    def first_available(self) -> VariantOffer:
        """The variant that is chosen at first: one that is available, if any is."""
        return next((offer for offer in self.variants if offer.available > 0), self.variants[0])

    def with_sku(self, sku: str) -> VariantOffer | None:
        """The variant with this sku, if it is on sale."""
        return next((offer for offer in self.variants if offer.variant.sku == sku), None)

    def has_variant(self, variant_id: int) -> bool:
        """Whether the variant with this id is on sale."""
        return any(offer.variant.pk == variant_id for offer in self.variants)

    def with_variant(self, variant_id: int) -> VariantOffer:
        """The variant with this id, which must be on sale."""
        return next(offer for offer in self.variants if offer.variant.pk == variant_id)

    @property
    def availability(self) -> Availability:
        """The best availability of the variants. Where only a few are left of each, their sum counts."""
        states = [offer.availability for offer in self.variants]
        order = ["in_stock", Shortage.ONLY_N_LEFT, Shortage.ALL_IN_CARTS, "all_in_yours", Shortage.SOLD_OUT]
        best = min(states, key=lambda state: order.index(state.code))
        if best.code != Shortage.ONLY_N_LEFT:
            return best
        others_hold = any(offer.first_hold_ends for offer in self.variants)
        return only_left(sum(offer.available for offer in self.variants), others_hold=others_hold)

    @property
    def can_add(self) -> bool:
        return self.availability.can_add


class Card(NamedTuple):
    """All that a product's card says. It is the key of the rendered card in `shop.fragment_cache`."""

    product_id: int
    slug: str
    name: str
    picture: Pictured
    price: Priced
    has_price_range: bool
    choices: int
    only_id: int | None
    state: Availability


def card_of(offer: Offer) -> Card:
    """What the card of this offer says. `only_id` is the id of its variant where there is only one."""
    product = offer.product
    return Card(
        product_id=product.pk,
        slug=product.slug,
        name=product.name,
        picture=pictured(product, offer.first_available.variant),
        price=offer.lowest_price,
        has_price_range=offer.has_price_range,
        choices=len(offer.variants),
        only_id=offer.only.variant.pk if offer.only else None,
        state=offer.availability,
    )
