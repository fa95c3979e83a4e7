"""Short functions for what shoppers do, and exact comparisons of the rows before and after."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.db.models.functions import Now

from cart.models import Cart, CartItem, IdempotencyKey
from cart.owners import Owner
from cart.services import add_product_to_cart
from inventory.models import ProductVariant, StockMovement


def add(owner: Owner, variant: ProductVariant, quantity: int = 1, key: str | None = None) -> Cart:
    """Add to the cart of a user or guest."""
    user = User(pk=owner.user_id) if owner.user_id is not None else None
    return add_product_to_cart(user, variant.pk, quantity, guest_token=owner.guest_token, idempotency_key=key)


def held(owner: Owner, variant: ProductVariant, quantity: int = 1) -> CartItem:
    """Add to the cart. Returns the line as stored."""
    return add(owner, variant, quantity).items.get(product_variant=variant)


def stock(variant: ProductVariant) -> tuple[int, int]:
    """Return the units that are free and the units that carts hold."""
    variant.refresh_from_db()
    return variant.stock_quantity, variant.reserved_quantity


def hold(line: CartItem) -> tuple[int, int]:
    """Return the units of a line and how many of them it holds."""
    line.refresh_from_db()
    return line.quantity, line.reserved_quantity


def expire(*lines: CartItem) -> None:
    """Set the end of these lines' holds to a second ago. Their units still count as held."""
    ended = CartItem.objects.filter(pk__in=[line.pk for line in lines], reserved_quantity__gt=0)
    assert ended.update(reserved_until=Now() - timedelta(seconds=1)) == len(lines)


def end_soon(*lines: CartItem) -> None:
    """Set the end of these lines' live holds to a minute from now, so that their shopper can extend them."""
    live = CartItem.objects.filter(pk__in=[line.pk for line in lines], reserved_until__gt=Now())
    assert live.update(reserved_until=Now() + timedelta(minutes=1)) == len(lines)


def leave(cart: Cart, *, days: float = 15) -> None:
    """Set the cart's creation and last change to so many days ago, by default longer than carts are kept."""
    long_ago = Now() - timedelta(days=days)
    Cart.objects.filter(pk=cart.pk).update(created_at=long_ago, updated_at=long_ago)


def picture() -> dict[str, list[dict[str, Any]]]:
    """Return every row that a cart command may write, except those of the outbox."""
    tables: list[type[Model]] = [Cart, CartItem, ProductVariant, StockMovement, IdempotencyKey]
    return {table.__name__: list(_rows(table)) for table in tables}


def _rows(table: type[Model]) -> QuerySet[Any, dict[str, Any]]:
    return table._default_manager.order_by("pk").values()


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Assert that the block leaves carts, lines, stock, ledger and keys exactly as they were."""
    before = picture()
    yield
    assert picture() == before
