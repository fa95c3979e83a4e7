"""Questions about carts, lines and what a shopper can still take. Each states its query count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Now

from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.models import ProductVariant


@dataclass(frozen=True)
class FreeUnits:
    """What of a variant one cart could take: units in stock, and units in run-out holds of other carts.

    `first_hold_ends` is when the first live hold of another cart ends, None where there is none.
    """

    in_stock: int
    run_out: int
    first_hold_ends: datetime | None


# Both subqueries walk the partial index on (product_variant, reserved_until): the first only run-out holds, the second
# one entry. 20,000 live holds cost nothing.
_FREE_UNITS = """
    SELECT stock_quantity,
           (SELECT coalesce(sum(reserved_quantity), 0) FROM cart_cartitem
             WHERE product_variant_id = variant.id AND reserved_quantity > 0
               AND reserved_until <= clock_timestamp() AND cart_id <> %(cart_id)s),
           (SELECT reserved_until FROM cart_cartitem
             WHERE product_variant_id = variant.id AND reserved_quantity > 0
               AND reserved_until > clock_timestamp() AND cart_id <> %(cart_id)s
             ORDER BY reserved_until LIMIT 1)
      FROM inventory_productvariant variant
     WHERE id = %(variant_id)s AND is_active
"""


def free_units(*, variant_id: int, for_cart_id: int) -> FreeUnits | None:
    """What of an active variant this cart could take now; None if there is no such variant. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE_UNITS, {"variant_id": variant_id, "cart_id": for_cart_id})
        row = cursor.fetchone()
    return FreeUnits(*row) if row else None


def variants_on_sale(owner: Owner | None) -> QuerySet[ProductVariant]:
    """Active variants of listed products as this shopper meets them. 1 query.

    `available` is what they could add, run-out holds of others included; `first_hold_ends` is when the first live hold
    of another cart ends, None where there is none.
    """
    held = CartItem.objects.filter(product_variant=OuterRef("pk"), reserved_quantity__gt=0).order_by("reserved_until")
    if owner is not None:
        held = held.exclude(cart__in=Cart.objects.filter(status=Cart.Status.OPEN, **owner.columns))
    return ProductVariant.objects.filter(is_active=True, product__is_listed=True).annotate(
        available=F("stock_quantity") + _units_run_out(held),
        first_hold_ends=Subquery(held.filter(reserved_until__gt=Now()).values("reserved_until")[:1]),
    )


def _units_run_out(held: QuerySet[CartItem]) -> Coalesce:
    """Units in those of the holds that are over."""
    over = held.filter(reserved_until__lte=Now()).order_by().values("product_variant")
    return Coalesce(Subquery(over.annotate(units=Sum("reserved_quantity")).values("units")), 0)


@dataclass(frozen=True)
class CartSummary:
    """What the header shows of a cart: units in it, and their total."""

    units: int
    total: Decimal


def cart_summary(owner: Owner) -> CartSummary:
    """Units and total of the owner's open cart, zero without one. 1 query.

    The total is summed here even where the stored one is current: the units are summed anyway.
    """
    row = CartItem.objects.filter(_in_open_cart(owner)).aggregate(units=Sum("quantity"), total=Sum("total_price"))
    return CartSummary(units=row["units"] or 0, total=row["total"] or Decimal(0))


@dataclass(frozen=True)
class CartContents:
    """A cart as a shopper sees it. `hold_ends` is the earliest end of its live holds, in `seconds_left`."""

    lines: Sequence[CartItem]
    total: Decimal
    hold_ends: datetime | None
    seconds_left: int | None = None


def cart_contents(owner: Owner) -> CartContents:
    """The lines of the owner's open cart with variant and product. 1 query.

    On each: `is_held`, and `available`, the units that it could have beside those it holds. Time left is told by the
    clock that ends holds, the database's, since that of the web server may differ.
    """
    elsewhere = CartItem.objects.filter(product_variant=OuterRef("product_variant"), reserved_quantity__gt=0)
    lines = list(
        CartItem.objects.filter(_in_open_cart(owner))
        .select_related("product_variant__product", "cart")
        .annotate(
            is_held=Q(reserved_until__gt=Now()),
            hold_left=F("reserved_until") - Now(),
            available=F("product_variant__stock_quantity") + _units_run_out(elsewhere.exclude(cart=OuterRef("cart"))),
        )
    )
    first = min((line for line in lines if line.is_held), key=lambda line: line.hold_left, default=None)
    return CartContents(
        lines=lines,
        total=total_of(lines[0].cart, lines) if lines else Decimal(0),
        hold_ends=first.reserved_until if first else None,
        seconds_left=ceil(first.hold_left.total_seconds()) if first else None,
    )


def own_cart(owner: Owner, cart_id: int) -> Cart | None:
    """A cart of this owner, open or not; None for one of others. 1 query."""
    return Cart.objects.filter(pk=cart_id, **owner.columns).first()


def line_exists(item_id: int) -> bool:
    """Whether anybody has this line: what tells a line that was removed already from one of others. 1 query."""
    return CartItem.objects.filter(pk=item_id).exists()


def total_of(cart: Cart, lines: Sequence[CartItem]) -> Decimal:
    """The stored total where it knows the last change, else the sum of the lines: never a stale one. No query."""
    if cart.totals_version == cart.version:
        return cart.total_price
    return sum((line.total_price for line in lines), Decimal(0))


def _in_open_cart(owner: Owner) -> Q:
    return Q(cart__status=Cart.Status.OPEN, **{f"cart__{name}": value for name, value in owner.columns.items()})
