"""Commands on holds: shoppers extend their own, staff extend and release those of others.

The commands of staff change holds of open carts only, and write to the admin log. They skip a line that meanwhile lost
its hold, moved to another cart or was deleted, and return the lines that they changed.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db.models import F

from cart.errors import NothingHeld, NothingToExtend, TooEarlyToExtend
from cart.locks import lock_carts, lock_lines, lock_open_cart
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services.carts import Replayed, record_key
from cart.services.writing import save_settled
from cart.signals import holds_changed_by_staff, holds_extended
from core.errors import ReasonMissing
from core.transactions import clock, command
from inventory.services.holds import give_back_units


@command
def release_holds(*, line_ids: Collection[int], actor: User, reason: str) -> list[CartItem]:
    """Give back what these lines hold. They stay in their carts, where their shoppers see them as expired.

    The carts count a change, so that a shopper who is at the checkout is shown the cart again. Argument `reason`: for
    the admin log. Returns the released lines. Raises ReasonMissing, NothingHeld (no line holds units in an open cart),
    Busy.
    """
    lines = _lock_held(line_ids, reason)
    if not lines:
        raise NothingHeld
    Cart.objects.filter(pk__in={line.cart_id for line in lines}).update(version=F("version") + 1)
    units: Counter[int] = Counter()
    for line in lines:
        units[line.product_variant_id] += line.reserved_quantity
    give_back_units(units)
    _announce(lines, "released", actor, reason)
    for line in lines:
        line.reserved_quantity, line.reserved_until, line.hold_extensions = 0, None, 0
        # Saved, unlike in a sweep, so that a worker stores the total of the version that was counted above.
        save_settled(line, quantity_change=0, fields=())
    _log(lines, actor, f"Hold released: {reason.strip()}")
    return lines


@command
def extend_holds(*, line_ids: Collection[int], actor: User, reason: str) -> list[CartItem]:
    """Extend the live holds of these lines to a full hold's life from now; never shortens one.

    It does not count as one of the shopper's own extensions, since they did not ask for it. Holds of inactive variants
    are not extended. Argument `reason`: for the admin log. Returns the extended lines.
    Raises ReasonMissing, NothingToExtend (no live hold of an active variant), Busy.
    """
    held, now = _lock_held(line_ids, reason), clock()
    lines = [line for line in held if _is_live(line, now) and line.product_variant.is_active]
    if not lines:
        raise NothingToExtend
    for line in lines:
        life = Owner(line.cart.user_id, line.cart.guest_token).hold_life
        line.reserved_until = max(line.reserved_until or now, now + life)
    # Not saved, so no signal: neither quantities nor totals change.
    CartItem.objects.bulk_update(lines, ["reserved_until"])
    _announce(lines, "extended", actor, reason)
    _log(lines, actor, f"Hold extended: {reason.strip()}")
    return lines


def _lock_held(line_ids: Collection[int], reason: str) -> list[CartItem]:
    """Lock the open carts of these lines with all their lines. Returns those of `line_ids` that hold units."""
    if not reason.strip():
        raise ReasonMissing
    cart_ids = set(CartItem.objects.filter(pk__in=line_ids).values_list("cart_id", flat=True))
    open_carts = [cart.pk for cart in lock_carts(cart_ids) if cart.status == Cart.Status.OPEN]
    held = [line.pk for line in lock_lines(open_carts) if line.pk in line_ids and line.reserved_quantity]
    return list(CartItem.objects.filter(pk__in=held).select_related("cart", "product_variant").order_by("pk"))


def _is_live(line: CartItem, now: datetime) -> bool:
    return line.reserved_until is not None and line.reserved_until > now


def _announce(lines: list[CartItem], change: str, actor: User, reason: str) -> None:
    holds_changed_by_staff.send(sender=CartItem, lines=lines, change=change, actor=actor, reason=reason.strip())


def _log(lines: list[CartItem], actor: User, message: str) -> None:
    LogEntry.objects.log_actions(actor.pk, lines, CHANGE, message)


def extend_own_holds(*, owner: Owner, idempotency_key: str | None = None) -> int:
    """Extend the live holds of the shopper's open cart to a full hold's life from now.

    A hold is extended at most SHOP_HOLD_EXTENSIONS times, only in the second half of its life (so that none is wasted),
    never after it has expired, and not if the variant is inactive. Returns how many lines were extended, 0 for a
    repeated key. Raises TooEarlyToExtend, KeyReused, Busy.
    """
    try:
        return _extend_own(owner, idempotency_key)
    except Replayed:
        return 0


@command
def _extend_own(owner: Owner, key: str | None) -> int:
    cart = lock_open_cart(owner)
    record_key(key, owner=owner, request="keep items")
    if cart is None:
        return 0
    lines, now = lock_lines([cart.pk]), clock()
    live = list(
        CartItem.objects.filter(
            pk__in=[line.pk for line in lines],
            reserved_until__gt=now,
            hold_extensions__lt=settings.SHOP_HOLD_EXTENSIONS,
            product_variant__is_active=True,
        )
    )
    first = min((line.reserved_until for line in live if line.reserved_until), default=None)
    if first is None:
        return 0
    if first > now + owner.extension_window:
        raise TooEarlyToExtend(first - owner.extension_window)
    late = [line for line in live if line.reserved_until and line.reserved_until <= now + owner.extension_window]
    # Not saved, so no signal: neither quantities nor totals change.
    CartItem.objects.filter(pk__in=[line.pk for line in late]).update(
        reserved_until=now + owner.hold_life, hold_extensions=F("hold_extensions") + 1
    )
    holds_extended.send(sender=CartItem, lines=late)
    return len(late)
