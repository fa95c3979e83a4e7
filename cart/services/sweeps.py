"""The sweeps: holds that ran out, carts that were left, keys that are old. Beat runs them; nothing depends on it.

Expiry is exact without them, since a shortage reclaims what ran out. They only tidy up sooner.
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
    """Give back the units of every hold that ran out, in short transactions. Returns how many lines were released."""
    released = 0
    while batch := _release_batch():
        released += batch
    return released


@command
def _release_batch() -> int:
    """Lines are skipped, not waited for, where a shopper is at them: the next sweep will see what became of them."""
    return len(release_expired(lock_expired_lines(now=clock(), most=_BATCH)))


def close_abandoned_carts() -> int:
    """Close guest carts that nobody touched for SHOP_CART_DAYS, giving back what they may still hold.

    Their lines stay, for the value that was left behind. Returns how many carts were closed.
    """
    closed = 0
    while batch := _close_batch():
        closed += batch
    return closed


@command
def _close_batch() -> int:
    stale = _abandoned().values_list("pk", flat=True)[:_BATCH]
    carts = [cart.pk for cart in lock_carts(stale)]
    # Asked again under the locks: the shopper may have come back while we waited for one.
    still_stale = list(_abandoned().filter(pk__in=carts).values_list("pk", flat=True))
    release_expired(line for line in lock_lines(still_stale) if line.reserved_quantity)
    return Cart.objects.filter(pk__in=still_stale).update(status=Cart.Status.ABANDONED)


def _abandoned() -> QuerySet[Cart]:
    """By when they were opened, which has an index; when they were touched has none, on purpose."""
    oldest = Now() - timedelta(days=settings.SHOP_CART_DAYS)
    guests = Cart.objects.filter(status=Cart.Status.OPEN, guest_token__isnull=False)
    return guests.filter(created_at__lt=oldest, updated_at__lt=oldest).order_by("created_at")


def drop_old_keys() -> int:
    """Delete idempotency keys after a day, when no browser repeats the request any more. Returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=Now() - KEY_LIFE).delete()[0]
