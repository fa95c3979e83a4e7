""" "Keep my items": the one way to prolong a hold, and a counted one."""

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest

from cart.locks import lock_lines, lock_open_cart
from cart.models import CartItem
from cart.owners import Owner
from cart.services.claiming import Replayed, claim_key
from cart.signals import holds_extended
from core.transactions import clock, command


def keep_items(*, owner: Owner, idempotency_key: str | None = None) -> int:
    """Prolong the live holds of the shopper's open cart to a whole hold's life from now.

    A hold is prolonged at most SHOP_HOLD_EXTENSIONS times, never after it ran out, and not on a variant that is no
    longer sold. Returns how many lines were prolonged; 0 also for a repeated key. Raises KeyReused, Busy.
    """
    try:
        return _keep(owner, idempotency_key)
    except Replayed:
        return 0


@command
def _keep(owner: Owner, key: str | None) -> int:
    cart = lock_open_cart(owner)
    claim_key(key, owner=owner, request="keep items")
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
    # No save and so no signal of it: neither quantities nor totals change.
    CartItem.objects.filter(pk__in=[line.pk for line in live]).update(
        reserved_until=Greatest(F("reserved_until"), now + owner.hold_life),
        hold_extensions=F("hold_extensions") + 1,
    )
    if live:
        holds_extended.send(sender=CartItem, lines=live)
    return len(live)
