"""What the processes of a storm do. Owners are passed as pairs of user id and guest token; results are JSON-like."""

import functools
import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from cart.errors import GuestTokenRetired, LineNotFound
from cart.locks import lock_carts
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import (
    add_product_to_cart,
    close_abandoned_carts,
    merge_guest_cart,
    reclaim_line,
    reclaim_lines,
    release_expired_holds,
    remove_line,
    store_totals,
)
from core.errors import Busy
from delivery.deliver import deliver
from inventory.alert_mail import send_alert_emails
from inventory.errors import VariantUnavailable
from inventory.locks import lock_variants
from inventory.models import StockMovement
from inventory.services import move_stock
from inventory.services.holds import give_back_units
from outbox.drain import drain
from tests.storms.harness import meet

OwnerName = tuple[int | None, str | None]
_REFUSALS = (Busy, DatabaseError, GuestTokenRetired, LineNotFound, ValidationError, VariantUnavailable)


def name_of(owner: Owner) -> OwnerName:
    """Return the owner in a form that can be passed to a process."""
    return owner.user_id, str(owner.guest_token) if owner.guest_token else None


def owner_of(name: OwnerName) -> Owner:
    user_id, token = name
    return Owner(user_id=user_id, guest_token=uuid.UUID(token) if token else None)


def _or_refusal(act: Callable[..., Any]) -> Callable[..., Any]:
    """Return the name of the exception if the shop refuses."""

    @functools.wraps(act)
    def acting(*args: Any) -> Any:
        try:
            return act(*args)
        except _REFUSALS as refusal:
            return type(refusal).__name__

    return acting


@_or_refusal
def buy(owner: OwnerName, variant_id: int, quantity: int = 1, key: str | None = None) -> str:
    """Add to the cart. Returns "added"."""
    _add(owner, variant_id, quantity, key)
    return "added"


def buy_and_mail(owners: list[OwnerName], variant_id: int, mail_port: int) -> list[str]:
    """Add to several carts. After each add, do all that workers and beat do about low stock."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_port
    settings.SHOP_STOCK_ALERT_RECIPIENTS, settings.SHOP_STOCK_ALERT_MINUTES = ["ada@example.com"], 0
    outcomes = []
    for owner in owners:
        outcomes.append(buy(owner, variant_id))
        drain("check_low_stock")
        send_alert_emails()
        deliver("email")
    return outcomes


@_or_refusal
def buy_with_key(owner: OwnerName, variant_id: int, key: str) -> tuple[int, int]:
    """Add one unit to the cart. Returns its id, and its units as the shopper sees them."""
    cart = _add(owner, variant_id, 1, key)
    return cart.pk, sum(cart.items.values_list("quantity", flat=True))


def _add(owner: OwnerName, variant_id: int, quantity: int, key: str | None) -> Cart:
    user_id, token = owner
    user = User(pk=user_id) if user_id is not None else None
    guest_token = uuid.UUID(token) if token else None
    return add_product_to_cart(user, variant_id, quantity, guest_token=guest_token, idempotency_key=key)


def buy_in_rounds(owners: list[OwnerName], variant_id: int) -> list[str]:
    """Make one add a round, each for another owner, at the same moment as the other processes of the storm."""
    return in_rounds(lambda owner: buy(owner, variant_id), owners)


def take_all_again_in_rounds(owners: list[OwnerName], key: str | None) -> list[Any]:
    """Take all lines of one cart again a round; with a key, one for each cart. Returns the variants that are held."""
    return in_rounds(lambda owner: _take_all_again(owner, f"{key} {owner}"[:64] if key else None), owners)


@_or_refusal
def _take_all_again(owner: OwnerName, key: str | None) -> list[int]:
    done = reclaim_lines(owner=owner_of(owner), idempotency_key=key)
    return sorted(line.product_variant_id for line in done.lines)


def merge_in_rounds(pairs: list[tuple[int, str]]) -> list[str]:
    """Merge one guest's cart into a user's a round."""
    return in_rounds(lambda pair: merge(*pair), pairs)


def delete_carts_in_rounds(cart_ids: list[int]) -> list[str]:
    """Delete one cart a round by its `delete()`, as in a shell. The signal handlers release its units."""
    return in_rounds(delete_cart, cart_ids)


def undo_giving_back_often(cart_id: int, rounds: int) -> list[str]:
    """Give back all that a cart holds, in the order of its lines, and roll back, to take the same locks repeatedly."""
    lines = CartItem.objects.filter(cart_id=cart_id).order_by("pk")
    units = dict(lines.values_list("product_variant_id", "reserved_quantity"))
    return [_undo_giving_back(units) for _ in range(rounds)]


@_or_refusal
def _undo_giving_back(units: dict[int, int]) -> str:
    with transaction.atomic():
        give_back_units(units)
        transaction.set_rollback(True)
    return "undone"


def sweep_in_rounds(rounds: int) -> list[str]:
    return in_rounds(lambda _: sweep(), list(range(rounds)))


def in_rounds(act: Callable[[Any], Any], things: list[Any]) -> list[Any]:
    done = []
    for thing in things:
        meet()
        done.append(act(thing))
    return done


@_or_refusal
def merge(user_id: int, token: str) -> str:
    """Merge as a guest's log-in does. Returns "merged"."""
    merge_guest_cart(user_id=user_id, guest_token=uuid.UUID(token))
    return "merged"


@_or_refusal
def delete_cart(cart_id: int) -> str:
    Cart.objects.get(pk=cart_id).delete()
    return "deleted"


@_or_refusal
def sweep() -> str:
    """Release expired holds. Returns "released" and how many."""
    return f"released {release_expired_holds()}"


@_or_refusal
def reclaim(owner: OwnerName, item_id: int) -> str:
    """Hold the units of an expired line again. Returns "held"."""
    reclaim_line(owner=owner_of(owner), item_id=item_id)
    return "held"


def let_expire(item_ids: list[int], seed: int) -> str:
    """Let random holds expire while others sweep and reclaim them."""
    chance = random.Random(seed)
    for _ in range(len(item_ids) * 3):
        line = CartItem.objects.filter(pk=chance.choice(item_ids), reserved_quantity__gt=0)
        line.update(reserved_until=Now() - timedelta(seconds=1))
    return "ran out"


def reclaim_often(owners_and_items: list[tuple[OwnerName, int]], seed: int) -> list[str]:
    """Reclaim lines in a random order."""
    chance = random.Random(seed)
    return [reclaim(*chance.choice(owners_and_items)) for _ in range(len(owners_and_items) * 3)]


def sweep_often(times: int) -> list[str]:
    return [sweep() for _ in range(times)]


@_or_refusal
def move_stock_past_holds(variant_id: int, delta: int) -> str:
    """Adjust the stock as staff do after a stocktake. Returns "moved"."""
    move_stock(variant_id=variant_id, delta=delta, kind=StockMovement.Kind.ADJUSTMENT, reason="Counted")
    return "moved"


def store_total() -> int:
    """Store the total of every cart, as a worker does after a change. Returns how many were stored."""
    return store_totals(cart_ids=list(Cart.objects.values_list("pk", flat=True)))


def close_abandoned() -> int:
    return close_abandoned_carts()


def close(cart_id: int) -> None:
    """Close an empty cart, as a checkout does at its end."""
    with transaction.atomic():
        write_closed(cart_id)


def write_closed(cart_id: int) -> None:
    Cart.objects.filter(pk=cart_id).update(status=Cart.Status.ABANDONED)


def buy_and_remove_often(owner: OwnerName, variant_id: int, times: int) -> list[str]:
    """Add two units; if that succeeds, remove the line again."""
    done = []
    for _ in range(times):
        done.append(buy(owner, variant_id, 2))
        if done[-1] == "added":
            line = CartItem.objects.get(cart__guest_token=owner[1], cart__status=Cart.Status.OPEN)
            remove_line(owner=owner_of(owner), item_id=line.pk)
    return done


def lock_variant_then_cart(variant_id: int, cart_id: int) -> str:
    """Lock against the order of locks, with a deadlock_timeout so long that another session is the victim."""
    with connection.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '1min'")
    with transaction.atomic():
        lock_variants([variant_id])
        lock_carts([cart_id])
    return "locked both"
