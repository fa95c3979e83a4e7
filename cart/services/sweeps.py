"""Sweeps that beat runs: release expired holds, close abandoned carts, delete old idempotency keys.

Expiry is exact without them, since a shortage releases expired holds. Nothing depends on when they run.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from cart.locks import lock_carts, lock_expired_lines, lock_lines
from cart.models import Cart, IdempotencyKey
from cart.services.units import release_expired
from core.transactions import clock, command

_BATCH = 200
KEY_LIFE = timedelta(days=1)


def release_expired_holds() -> int:
    """Release every expired hold, in transactions of 200 lines. Returns how many lines were released."""
    released = 0
    while batch := _release_batch():
        released += batch
    return released


@command
def _release_batch() -> int:
    """Lines that a shopper has locked are skipped and not waited for: the next sweep checks them."""
    return len(release_expired(lock_expired_lines(now=clock(), most=_BATCH)))


def close_abandoned_carts() -> int:
    """Close guest carts without a change for SHOP_CART_DAYS, and give back what they still hold.

    Their lines stay, so that reports know the abandoned value. Returns how many carts were closed.
    """
    closed = 0
    while batch := _close_batch():
        closed += batch
    return closed


@command
def _close_batch() -> int:
    stale = _abandoned().values_list("pk", flat=True)[:_BATCH]
    carts = [cart.pk for cart in lock_carts(stale)]
    # Checked again under the locks: the shopper may have come back during the wait.
    still_stale = list(_abandoned().filter(pk__in=carts).values_list("pk", flat=True))
    release_expired(line for line in lock_lines(still_stale) if line.reserved_quantity)
    return Cart.objects.filter(pk__in=still_stale).update(status=Cart.Status.ABANDONED)


def _abandoned() -> QuerySet[Cart]:
    """Filtered by creation first, which has an index. `updated_at` has none, so that an add touches no index."""
    oldest = Now() - timedelta(days=settings.SHOP_CART_DAYS)
    guests = Cart.objects.filter(status=Cart.Status.OPEN, guest_token__isnull=False)
    return guests.filter(created_at__lt=oldest, updated_at__lt=oldest).order_by("created_at")


def drop_old_keys() -> int:
    """Delete idempotency keys older than a day, as no browser repeats such a request. Returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=Now() - KEY_LIFE).delete()[0]
