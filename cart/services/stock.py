"""`move_stock_past_holds`: staff move stock, also units that carts hold, if they agreed to which lines lose their hold.

Expired holds end first. Then the lines that were added last lose their hold: first come, first served. The length of
a hold and its extensions do not count. No line is split: it holds all of its units or none. The line stays in its cart
without a hold, and its shopper may reclaim it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Now

from cart.errors import HoldsInTheWay
from cart.locks import lock_carts, lock_expired_lines_of_variant, lock_lines
from cart.models import CartItem
from cart.services.units import release, release_expired
from cart.signals import holds_changed_by_staff
from core.transactions import clock, command
from inventory.errors import VariantUnavailable
from inventory.locks import lock_variants
from inventory.models import ProductVariant, StockMovement
from inventory.selectors import StockSeen
from inventory.services import move_stock
from inventory.services.stock import check_seen

_NO_CART = 0


@dataclass(frozen=True)
class Moved:
    """What a movement did: its line in the ledger, and the lines of carts that lost their hold."""

    movement: StockMovement
    lost: list[CartItem]


@command
def move_stock_past_holds(
    *,
    variant_id: int,
    delta: int,
    kind: StockMovement.Kind,
    reason: str,
    seen: StockSeen,
    actor: User,
    may_lose: Collection[int] = (),
) -> Moved:
    """Change what is on hand of a variant as staff decided, and end holds if too few units are free.

    Arguments: as of `inventory.services.move_stock`; `may_lose`, the ids of the lines whose hold may end. No other live
    hold ends.
    Raises VariantUnavailable, StockChangedMeanwhile, InvalidMovement, StockWouldBeNegative (fewer are on hand),
    HoldsInTheWay (with the lines to agree to) and Busy; nothing is changed then.
    """
    agreed = _lock_lines(may_lose)
    variant = next(iter(lock_variants([variant_id])), None)
    if variant is None:
        raise VariantUnavailable(variant_id)
    check_seen(variant, seen)
    missing = -delta - variant.stock_quantity
    possible = variant.on_hand + delta >= 0
    lost = _end_holds(variant, missing, agreed) if missing > 0 and possible else []
    if lost:
        holds_changed_by_staff.send(sender=CartItem, lines=lost, change="lost", actor=actor, reason=reason)
    return Moved(move_stock(variant_id=variant_id, delta=delta, kind=kind, reason=reason, actor=actor), lost)


def _lock_lines(line_ids: Collection[int]) -> set[int]:
    """Lock the carts of these lines, then the lines. Returns the ids of those that still exist."""
    if not line_ids:
        return set()
    cart_ids = CartItem.objects.filter(pk__in=line_ids).values_list("cart_id", flat=True)
    carts = lock_carts(list(cart_ids))
    return {line.pk for line in lock_lines(cart.pk for cart in carts)} & set(line_ids)


def _end_holds(variant: ProductVariant, units: int, agreed: set[int]) -> list[CartItem]:
    """End holds until `units` more are free. The variant is locked, so no hold of it can start or grow meanwhile."""
    expired = lock_expired_lines_of_variant(variant_id=variant.pk, not_cart_id=_NO_CART, now=clock())
    units -= sum(line.reserved_quantity for line in release_expired(expired))
    giving_way = _giving_way(variant.pk, units)
    if not {line.pk for line in giving_way} <= agreed:
        raise HoldsInTheWay(giving_way)
    return release(giving_way)


def _giving_way(variant_id: int, units: int) -> list[CartItem]:
    """The lines that lose their hold to free `units`, in the order that the module's docstring gives."""
    holds = CartItem.objects.filter(product_variant_id=variant_id, reserved_quantity__gt=0)
    in_order = holds.annotate(is_live=Q(reserved_until__gt=Now())).order_by("is_live", "-pk")
    lines: list[CartItem] = []
    for line in in_order.select_related("cart__user"):
        if units <= 0:
            break
        lines.append(line)
        units -= line.reserved_quantity
    return lines
