"""`reclaim_lines`, "take all again": lines whose hold has expired are held again, where their units are free."""

from dataclasses import dataclass, field

from django.db.models import F
from django.db.models.functions import Now

from cart.errors import LineChange
from cart.locks import lock_lines, lock_open_cart
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services.carts import Replayed, record_key
from cart.services.units import take
from cart.services.writing import save_settled, set_price
from cart.signals import stock_short
from core.transactions import clock, command
from inventory.errors import InsufficientStock, VariantUnavailable


@dataclass(frozen=True)
class Reclaimed:
    """The lines that are held again, with their variants, and why others are not."""

    lines: list[CartItem] = field(default_factory=list)
    refused: list[LineChange] = field(default_factory=list)


def reclaim_lines(*, owner: Owner, idempotency_key: str | None = None) -> Reclaimed:
    """Hold the lines of the shopper's open cart again whose hold has expired, each with all its units or not at all.

    A line that is held again costs what its variant costs now. A live hold stays as it is. With a repeated key nothing
    is done. Raises KeyReused, Busy.
    """
    try:
        done = _reclaim(owner, idempotency_key)
    except Replayed:
        return Reclaimed()
    for change in done.refused:
        if isinstance(change.error, InsufficientStock):
            key = f"{idempotency_key}:{change.variant_id}" if idempotency_key else None
            stock_short.send(sender=Cart, error=change.error, idempotency_key=key)
    return done


@command
def _reclaim(owner: Owner, key: str | None) -> Reclaimed:
    """Lock all lines first, then the variants one by one in id order, to keep the lock order."""
    cart = lock_open_cart(owner)
    record_key(key, owner=owner, request="take all again")
    done = Reclaimed()
    if cart is None:
        return done
    lines, now = lock_lines([cart.pk]), clock()
    expired = [line for line in lines if line.reserved_until is None or line.reserved_until <= now]
    for line in sorted(expired, key=lambda line: line.product_variant_id):
        try:
            variant = take(
                cart_id=cart.pk, variant_id=line.product_variant_id, units=line.quantity - line.reserved_quantity
            )
        except (InsufficientStock, VariantUnavailable) as error:
            done.refused.append(LineChange(line.product_variant_id, error))
            continue
        line.product_variant = variant
        set_price(line, variant.price_now)
        line.reserved_quantity, line.reserved_until, line.hold_extensions = line.quantity, now + owner.hold_life, 0
        save_settled(line, quantity_change=0)
        done.lines.append(line)
    # Count only if a line was saved: without a saved line no worker would store the total of the new version.
    if done.lines:
        Cart.objects.filter(pk=cart.pk).update(version=F("version") + 1, updated_at=Now())
    return done
