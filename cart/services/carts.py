"""The first two statements of every change: find, lock and count the cart, and record the request's key."""

import hashlib

from django.db import connection

from cart.errors import GuestTokenRetired, KeyReused, LineNotFound
from cart.models import Cart, IdempotencyKey
from cart.owners import Owner
from core.rows import instances

# Find, lock and count in one statement. `locked_at` is read after any wait for the lock. The transaction's now() is
# from before the wait, which would shorten a hold that starts by it.
_LOCK = """
    UPDATE cart_cart SET version = version + 1, updated_at = clock_timestamp()
     WHERE {column} = %s AND status = 'open'
 RETURNING *, clock_timestamp() AS locked_at
"""
_LOCK_BY = {column: _LOCK.format(column=column) for column in ("user_id", "guest_token", "id")}

_OPEN = """
    INSERT INTO cart_cart ({column}, status, version, total_price, totals_version) VALUES (%s, 'open', 1, 0, 0)
        ON CONFLICT DO NOTHING
 RETURNING *, clock_timestamp() AS locked_at
"""
_OPEN_BY = {column: _OPEN.format(column=column) for column in ("user_id", "guest_token")}

_RECORD_KEY = "INSERT INTO cart_idempotencykey (key, fingerprint) VALUES (%s, %s) ON CONFLICT DO NOTHING"


class Replayed(Exception):
    """The request with this key was carried out before: roll back, and return the cart as it is."""


def lock_cart_for_change(owner: Owner) -> Cart:
    """Lock and count the owner's open cart. Raises LineNotFound without one, since there is no line to change."""
    cart = _lock(owner.columns)
    if cart is None:
        raise LineNotFound
    return cart


def lock_or_create_cart(owner: Owner) -> Cart:
    """Lock and count the owner's open cart; on first use, create one.

    Raises GuestTokenRetired if the guest's cart was merged: the unique constraint counts the merged cart, so the INSERT
    does nothing and there is still no open cart.
    """
    cart = _lock(owner.columns) or create_cart(owner) or _lock(owner.columns)
    if cart is None:
        raise GuestTokenRetired
    return cart


def lock_cart_by_id(cart_id: int) -> Cart | None:
    """Lock and count a cart by its id. None if it is not open."""
    return _lock({"id": cart_id})


def create_cart(owner: Owner) -> Cart | None:
    """Create a cart for the owner and return it, locked. None if the owner has one, perhaps created just now."""
    ((column, value),) = owner.columns.items()
    return next(iter(instances(Cart, _OPEN_BY[column], [value])), None)


def record_key(key: str | None, *, owner: Owner, request: str) -> None:
    """Record that the request with this key is being carried out, in the same transaction.

    Arguments: the key, None if the client sent none; `request`, a text that is the same for the same request.
    Raises Replayed (the same request was carried out before) and KeyReused (another one was).
    Rule: draft-ietf-httpapi-idempotency-key-header. A rival with the same key waits here until the first one commits.
    """
    if key is None:
        return
    fingerprint = hashlib.sha256(f"{owner} {request}".encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_KEY, [key, fingerprint])
        if cursor.rowcount:
            return
    if IdempotencyKey.objects.filter(key=key, fingerprint=fingerprint).exists():
        raise Replayed
    raise KeyReused


def cart_after_replay(owner: Owner) -> Cart:
    """Return the owner's open cart as it is now, or an unsaved empty one, marked as replayed."""
    cart = Cart.objects.filter(status=Cart.Status.OPEN, **owner.columns).first() or Cart(**owner.columns)
    cart.was_replayed = True
    return cart


def _lock(columns: dict[str, object]) -> Cart | None:
    ((column, value),) = columns.items()
    return next(iter(instances(Cart, _LOCK_BY[column], [value])), None)
