"""`merge_guest_cart`, at log-in: the guest's lines and their holds move to the customer's cart."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from cart.locks import lock_carts, lock_lines
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services.carts import create_cart
from cart.services.units import take
from cart.services.writing import delete_settled, save_settled
from cart.signals import carts_merged
from core.transactions import clock, command
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.models import ProductVariant
from inventory.price_now import with_price_now
from inventory.services.holds import give_back_units


class CutBy(StrEnum):
    """Why a line has fewer units than both carts had."""

    LINE_CAP = "line_cap"
    CART_CAP = "cart_cap"
    SHORTAGE = "shortage"


@dataclass(frozen=True)
class MergedLine:
    """What became of one guest line: units before (in both carts) and after, and why there are fewer, if so.

    Of the units before, `units_own` were in the customer's cart. `price` is the price of a unit now, if some units were
    shown at other prices; these are `prices_before`.
    """

    variant_id: int
    units_before: int
    units_after: int
    cut_by: CutBy | None = None
    units_own: int = 0
    price: Decimal | None = None
    prices_before: tuple[Decimal, ...] = ()


@command
def merge_guest_cart(*, user_id: int, guest_token: uuid.UUID) -> list[MergedLine]:
    """Move the lines of the guest's open cart, with their holds, to the customer's open cart.

    A line that both carts have becomes one; its hold ends when the earlier of the two ends. If one of them has expired,
    its units are taken again; if they are not free, the line keeps what is held. Caps cut the rest. The line has the
    price of its live holds, or the price of now if these differ or units were taken again. The guest's cart is closed
    and its token never opens another. Returns one entry for each line of the guest. Raises Busy.
    """
    guest_cart_id = _open_cart_id(Owner(guest_token=guest_token))
    if guest_cart_id is None:
        return []
    user = Owner(user_id=user_id)
    is_new = create_cart(user) is not None
    carts = {cart.pk: cart for cart in lock_carts([guest_cart_id, _open_cart_id(user) or 0])}
    guest_cart = carts.pop(guest_cart_id)
    user_cart = next(iter(carts.values()), guest_cart)
    # Checked again under the lock: two tabs may log in at once, and a checkout may have closed a cart.
    if user_cart is guest_cart or {guest_cart.status, user_cart.status} != {Cart.Status.OPEN}:
        return []
    merged = _move_lines(guest_cart, user_cart)
    # Count only if a line was saved: without a saved line no worker would store the total of the new version.
    if any(line.units_after for line in merged):
        Cart.objects.filter(pk=user_cart.pk).update(version=F("version") + 1, updated_at=Now())
    elif is_new:  # and empty, so its total of 0 is the total of this version
        Cart.objects.filter(pk=user_cart.pk).update(totals_version=F("version"))
    _close(guest_cart)
    carts_merged.send(sender=Cart, guest_cart_id=guest_cart.pk, cart_id=user_cart.pk)
    return merged


def _open_cart_id(owner: Owner) -> int | None:
    return Cart.objects.filter(status=Cart.Status.OPEN, **owner.columns).values_list("pk", flat=True).first()


def _move_lines(guest_cart: Cart, user_cart: Cart) -> list[MergedLine]:
    """Lock all lines first, then the variants one by one in id order, to keep the lock order."""
    lines = lock_lines([guest_cart.pk, user_cart.pk])
    own = {line.product_variant_id: line for line in lines if line.cart_id == user_cart.pk}
    guest = sorted((line for line in lines if line.cart_id == guest_cart.pk), key=lambda line: line.product_variant_id)
    variants = with_price_now(ProductVariant.objects.filter(pk__in=[line.product_variant_id for line in guest]))
    prices, now = dict(variants.values_list("pk", "price_now")), clock()
    space = settings.SHOP_MAX_UNITS_PER_CART - sum(line.quantity for line in own.values())
    merged = []
    for line in guest:
        variant_id = line.product_variant_id
        pair = _Pair(guest=line, own=own.get(variant_id), now=now, price_now=prices[variant_id])
        result = pair.merge_into(user_cart, space=space)
        space -= result.units_after - result.units_own
        merged.append(result)
    return merged


@dataclass
class _Pair:
    """A guest's line, the customer's line of the same variant if there is one, and the moment of the merge.

    `price_now` is what the variant costs at that moment; `taken` the variant once units were taken for the two.
    """

    guest: CartItem
    own: CartItem | None
    now: datetime
    price_now: Decimal
    taken: ProductVariant | None = None

    @property
    def lines(self) -> list[CartItem]:
        return [self.guest, self.own] if self.own else [self.guest]

    @property
    def live(self) -> list[CartItem]:
        return [line for line in self.lines if line.reserved_until and line.reserved_until > self.now]

    @property
    def own_quantity(self) -> int:
        return self.own.quantity if self.own else 0

    def merge_into(self, cart: Cart, *, space: int) -> MergedLine:
        before = sum(line.quantity for line in self.lines)
        shown = {line.price for line in self.lines}
        own_quantity = self.own_quantity  # before the line is written
        wanted = self._wanted(before, space)
        after = self._settle_units(wanted)
        price = self._price()
        self._write(cart, quantity=after, change=after - before, price=price)
        gone = tuple(sorted(shown - {price})) if after else ()
        return MergedLine(
            variant_id=self.guest.product_variant_id,
            units_before=before,
            units_after=after,
            cut_by=_reason(before, wanted, after),
            units_own=own_quantity,
            price=price if gone else None,
            prices_before=gone,
        )

    def _wanted(self, before: int, space: int) -> int:
        """Both quantities, cut to the caps. What the customer had is never cut, not even by a cap that was lowered."""
        line_cap: int = settings.SHOP_MAX_UNITS_PER_LINE
        allowed = min(before, line_cap, self.own_quantity + max(space, 0))
        return max(allowed, self.own_quantity)

    def _settle_units(self, wanted: int) -> int:
        """Make the two lines hold together what one line may hold; returns its quantity.

        With a live hold: all of it, or what is held where the rest is not free. Without one: nothing, as before.
        """
        reserved = sum(line.reserved_quantity for line in self.lines)
        held = sum(line.reserved_quantity for line in self.live)
        if held and wanted > held and self._took(wanted - reserved):
            return wanted
        still_held = min(held, wanted)
        if reserved > still_held:
            give_back_units({self.guest.product_variant_id: reserved - still_held})
        return still_held if held else wanted

    def _price(self) -> Decimal:
        """The price of the remaining line. A line without a live hold never gives its price to units of the other."""
        if self.taken is not None:
            return self.taken.price_now
        prices = {line.price for line in self.live or self.lines}
        return prices.pop() if len(prices) == 1 else self.price_now

    def _took(self, units: int) -> bool:
        try:
            self.taken = take(cart_id=self.guest.cart_id, variant_id=self.guest.product_variant_id, units=units)
        except (InsufficientStock, VariantUnavailable):
            return False
        return True

    def _write(self, cart: Cart, *, quantity: int, change: int, price: Decimal) -> None:
        """Write the remaining line: the customer's, or the guest's in its new cart. No hold is extended."""
        ends = [line.reserved_until for line in self.live if line.reserved_until]
        line, extensions = (
            self.own or self.guest,
            max((line.hold_extensions for line in self.live), default=0),
        )
        if line is not self.guest or not quantity:
            delete_settled(self.guest, quantity_change=0 if quantity else change)
        if quantity:
            line.cart, line.quantity, line.price, line.hold_extensions = cart, quantity, price, extensions
            line.reserved_quantity = quantity if ends else 0
            line.reserved_until = min(ends, default=None)
            save_settled(line, quantity_change=change, fields=("cart", "quantity"))


def _reason(before: int, wanted: int, after: int) -> CutBy | None:
    """Return the last cut: with a higher cap there would still be no more free units."""
    if after == before:
        return None
    if after < wanted:
        return CutBy.SHORTAGE
    return CutBy.LINE_CAP if wanted >= settings.SHOP_MAX_UNITS_PER_LINE else CutBy.CART_CAP


def _close(guest_cart: Cart) -> None:
    guest_cart.status = Cart.Status.MERGED
    guest_cart.version += 1
    guest_cart.total_price, guest_cart.totals_version = 0, guest_cart.version
    guest_cart.save(update_fields=["status", "version", "total_price", "totals_version"])
