"""Goods as a shopper meets them: a product, its variants, and what of each can be had now."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.errors import Shortage
from inventory.models import Product, ProductVariant
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
    def most(self) -> int:
        """How many one add may be of: free for this shopper, and not more than a line may have."""
        return min(self.available, int(settings.SHOP_MAX_UNITS_PER_LINE))

    @property
    def availability(self) -> Availability:
        if self.available > self.variant.low_stock_threshold:
            return Availability("in_stock", _("In stock"), can_add=True)
        shortage = Shortage.of(self.available, self.first_hold_ends)
        if shortage == Shortage.ONLY_N_LEFT:
            return only_left(self.available)
        if self.first_hold_ends:
            text = _("All in other carts, first one freed at %(time)s") % {"time": clock_time(self.first_hold_ends)}
            return Availability(shortage, text, can_add=False)
        if self.variant.reserved_quantity:
            # No other cart has a hold that lives, and run-out ones count as available: what is held is the shopper's.
            return Availability("all_in_yours", _("The last ones are in your cart"), can_add=False)
        return Availability(shortage, _("Sold out"), can_add=False)


def only_left(units: int) -> Availability:
    """At or below the threshold: the number, since it helps to decide and is true."""
    return Availability(
        Shortage.ONLY_N_LEFT,
        ngettext("Only %(count)d left", "Only %(count)d left", units) % {"count": units},
        can_add=True,
    )


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
    def lowest_price(self) -> Decimal:
        return min(offer.variant.price for offer in self.variants)

    @property
    def has_price_range(self) -> bool:
        return len({offer.variant.price for offer in self.variants}) > 1

    @property
    def first_available(self) -> VariantOffer:
        """The variant to begin with: one that can be had, where there is one."""
        return next((offer for offer in self.variants if offer.available > 0), self.variants[0])

    def with_sku(self, sku: str) -> VariantOffer | None:
        """The variant that an address names, if it names one."""
        return next((offer for offer in self.variants if offer.variant.sku == sku), None)

    def with_variant(self, variant_id: int) -> VariantOffer:
        """The variant that a form is about."""
        return next(offer for offer in self.variants if offer.variant.pk == variant_id)

    @property
    def availability(self) -> Availability:
        """Of all variants in one: the best there is; where all that is left is little, its sum."""
        states = [offer.availability for offer in self.variants]
        order = ["in_stock", Shortage.ONLY_N_LEFT, Shortage.ALL_IN_CARTS, "all_in_yours", Shortage.SOLD_OUT]
        best = min(states, key=lambda state: order.index(state.code))
        return only_left(sum(offer.available for offer in self.variants)) if best.code == Shortage.ONLY_N_LEFT else best

    @property
    def can_add(self) -> bool:
        return self.availability.can_add
