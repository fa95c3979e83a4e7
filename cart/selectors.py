"""Questions about carts: what a shopper can still take, and what is in a cart. Each states its query count.

`available` always includes the expired holds of other carts, since a shopper who takes units ends those first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from cart.models import Cart, CartItem
from cart.owners import Owner
from core.rows import columns, instances, joined
from inventory.models import Product, ProductVariant
from inventory.price_now import REDUCED_NOW, price_now
from inventory.tax import RATES, TaxRates, read_rates

# Holds of `variant` by carts other than {cart}: the sum of the expired ones, which are few, and the end of the first
# live one, which is one entry of the index on (product_variant, reserved_until). So 20,000 live holds cost nothing.
EXPIRED = """(
           SELECT coalesce(sum(hold.reserved_quantity), 0) FROM cart_cartitem hold
            WHERE hold.product_variant_id = variant.id AND hold.reserved_quantity > 0
              AND hold.reserved_until <= statement_timestamp() AND hold.cart_id <> {cart})"""
# Compared and ordered as pairs, so that the planner can use no other index. With separate conditions it used the index
# of all ends, and read the live holds of every other variant: within seconds a refusal cost twice as much.
_FIRST_END = """(
           SELECT CASE WHEN first.product_variant_id = variant.id THEN first.reserved_until END
             FROM (SELECT hold.product_variant_id, hold.reserved_until FROM cart_cartitem hold
                    WHERE (hold.product_variant_id, hold.reserved_until) > (variant.id, statement_timestamp())
                      AND hold.reserved_quantity > 0 AND hold.cart_id <> {cart}
                    ORDER BY hold.product_variant_id, hold.reserved_until LIMIT 1) first)"""

_FREE_UNITS = """
    SELECT variant.stock_quantity, {expired}, {first_end}
      FROM inventory_productvariant variant
     WHERE variant.id = %(variant_id)s AND variant.is_active
"""
# SQL by hand, since every list of products needs it: building it with the ORM costs five times as much as running it.
_ON_SALE = """
    SELECT variant.*, variant.stock_quantity + {expired} AS available, {first_end} AS first_hold_ends,
           least(variant.price, reduced.price) AS price_now, reduced.lowest_before, reduced.compare_at,
           reduced.ends_at AS reduced_until
      FROM inventory_productvariant variant
      JOIN inventory_product product ON product.id = variant.product_id
      {reduced_now}
     WHERE variant.product_id = ANY(%(product_ids)s::bigint[]) AND variant.is_active AND product.is_listed
     ORDER BY variant.sku
"""
_OWN_CART = "coalesce((SELECT id FROM cart_cart WHERE {column} = %(owner)s AND status = 'open'), 0)"


def _of_others(sql: str, cart: str) -> str:
    """Return the statement for the shopper with this cart (SQL; "0" for none)."""
    expired, first_end = EXPIRED.format(cart=cart), _FIRST_END.format(cart=cart)
    return sql.format(expired=expired, first_end=first_end, reduced_now=REDUCED_NOW)


_FREE_UNITS_FOR = _of_others(_FREE_UNITS, "%(cart_id)s")
_ON_SALE_TO = {column: _of_others(_ON_SALE, _OWN_CART.format(column=column)) for column in ("user_id", "guest_token")}
_ON_SALE_TO_ANYBODY = _of_others(_ON_SALE, "0")


@dataclass(frozen=True)
class FreeUnits:
    """What one cart could take of a variant: units in stock, and units in expired holds of other carts.

    `first_hold_ends` is when the first live hold of another cart ends, None if there is none.
    """

    in_stock: int
    expired: int
    first_hold_ends: datetime | None


def free_units(*, variant_id: int, for_cart_id: int) -> FreeUnits | None:
    """Return what this cart could take of an active variant now. None if there is no such variant. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE_UNITS_FOR, {"variant_id": variant_id, "cart_id": for_cart_id})
        row = cursor.fetchone()
    return FreeUnits(*row) if row else None


def variants_on_sale(product_ids: Iterable[int], owner: Owner | None) -> list[ProductVariant]:
    """Return the active variants of these products that are listed, by SKU. 1 query.

    Arguments: ids of products; the shopper, None for one without a cart. Each variant has `available`, the units that
    this shopper could add, and `first_hold_ends`, when the first live hold of another cart ends (None: no hold). It has
    `price_now` and, None unless a reduction runs, `lowest_before`, `compare_at` and `reduced_until`.
    """
    if owner is None:
        return instances(ProductVariant, _ON_SALE_TO_ANYBODY, {"product_ids": list(product_ids)})
    ((column, value),) = owner.columns.items()
    return instances(ProductVariant, _ON_SALE_TO[column], {"product_ids": list(product_ids), "owner": value})


def available_to(owner: Owner | None) -> Q:
    """Return a condition on variants: this shopper could add a unit, from stock or an expired hold. No query."""
    holds = CartItem.objects.filter(product_variant=OuterRef("pk"), reserved_quantity__gt=0, reserved_until__lte=Now())
    if owner is not None:
        holds = holds.exclude(cart__in=Cart.objects.filter(status=Cart.Status.OPEN, **owner.columns))
    return Q(stock_quantity__gt=0) | Q(Exists(holds))


# SQL by hand: every page runs the first and every answer of the cart the second, and building them with the ORM costs
# several times as much as running them.
_SUMMARY = """
    SELECT coalesce(sum(line.quantity), 0), coalesce(sum(line.total_price), 0)
      FROM cart_cart cart JOIN cart_cartitem line ON line.cart_id = cart.id
     WHERE cart.{column} = %s AND cart.status = 'open'
"""
_CONTENTS = """
    SELECT {columns},
           coalesce(line.reserved_until > statement_timestamp(), false),
           line.reserved_until - statement_timestamp(),
           variant.stock_quantity + {expired},
           {price_now},
           {rates},
           CASE WHEN row_number() OVER (ORDER BY line.created_at, line.id) = 1 THEN {beside} END
      FROM cart_cart cart
      JOIN cart_cartitem line ON line.cart_id = cart.id
      JOIN inventory_productvariant variant ON variant.id = line.product_variant_id
      JOIN inventory_product product ON product.id = variant.product_id
     WHERE cart.{column} = %s AND cart.status = 'open'
     ORDER BY line.created_at, line.id
"""
_PARTS = {"cart": Cart, "line": CartItem, "variant": ProductVariant, "product": Product}
_COLUMNS = ", ".join(columns(model, table) for table, model in _PARTS.items())
_EXPIRED_ELSEWHERE = EXPIRED.format(cart="cart.id")
_SUMMARY_BY = {column: _SUMMARY.format(column=column) for column in ("user_id", "guest_token")}
_CONTENTS_BY = {
    column: _CONTENTS.format(
        columns=_COLUMNS,
        expired=_EXPIRED_ELSEWHERE,
        price_now=price_now("variant"),
        rates=RATES,
        column=column,
        beside="{beside}",
    )
    for column in ("user_id", "guest_token")
}


@dataclass(frozen=True)
class CartSummary:
    """What the header shows of a cart: its units and their total."""

    units: int
    total: Decimal


def cart_summary(owner: Owner) -> CartSummary:
    """Return units and total of the owner's open cart, zero without one. 1 query.

    The total is always the sum of the lines, since the units are summed anyway.
    """
    ((column, value),) = owner.columns.items()
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY_BY[column], [value])
        return CartSummary(*cursor.fetchone())


@dataclass(frozen=True)
class CartContents:
    """A cart as a shopper sees it, with the tax rates. The first of its live holds ends at `hold_ends`, in
    `seconds_left` seconds.
    """

    lines: Sequence[CartItem]
    total: Decimal
    hold_ends: datetime | None
    seconds_left: int | None = None
    rates: TaxRates = field(default_factory=TaxRates)
    beside: Any = None

    @property
    def expired(self) -> list[CartItem]:
        """The lines that are no longer held."""
        return [line for line in self.lines if not line.is_held]  # type: ignore[attr-defined]

    @property
    def missing(self) -> list[CartItem]:
        """Those of them that could not be held again now: too few units are free, or the variant is no longer sold."""
        return [line for line in self.expired if not _could_be_held(line)]

    @property
    def to_be_had(self) -> list[CartItem]:
        """The lines without what is missing."""
        missing = {line.pk for line in self.missing}
        return [line for line in self.lines if line.pk not in missing]

    @property
    def total_to_be_had(self) -> Decimal:
        """The total without what is missing."""
        return self.total - sum((line.total_price for line in self.missing), Decimal(0))


def _could_be_held(line: Any) -> bool:
    return bool(line.product_variant.is_active and line.reserved_quantity + line.available >= line.quantity)


def cart_contents(owner: Owner, *, beside: str = "NULL") -> CartContents:
    """Return the lines of the owner's open cart with cart, variant and product. 1 query.

    Argument: `beside`, an SQL expression of the caller, a constant of the code. Its value is read in the same snapshot.
    Each line has `is_held`, and `available`, the units that it could have beside those it holds. The time left is by
    the database's clock, which ends holds; that of the web server may differ.
    """
    ((column, value),) = owner.columns.items()
    lines = [_line(*row) for row in joined(_PARTS.values(), _CONTENTS_BY[column].format(beside=beside), [value])]
    first = min((line for line in lines if line.is_held), key=lambda line: line.hold_left, default=None)
    return CartContents(
        lines=lines,
        total=total_of(lines[0].cart, lines) if lines else Decimal(0),
        hold_ends=first.reserved_until if first else None,
        seconds_left=ceil(first.hold_left.total_seconds()) if first else None,
        rates=read_rates(lines[0].rates) if lines else TaxRates(),
        beside=lines[0].beside if lines else None,
    )


def _line(cart: Cart, line: Any, variant: ProductVariant, product: Product, *now: Any) -> Any:
    line.cart, line.product_variant, variant.product = cart, variant, product
    line.is_held, line.hold_left, line.available, variant.price_now, line.rates, line.beside = now
    return line


def own_cart(owner: Owner, cart_id: int) -> Cart | None:
    """Return a cart of this owner, open or not; None if it is not theirs. 1 query."""
    return Cart.objects.filter(pk=cart_id, **owner.columns).first()


def is_of_a_customer(*, cart_id: int | None = None, line_id: int | None = None) -> bool:
    """Return whether this cart, open or not, or the cart of this line is an account's. 1 query."""
    carts = Cart.objects.filter(user__isnull=False)
    found = carts.filter(items=line_id) if cart_id is None else carts.filter(pk=cart_id)
    return (cart_id is not None or line_id is not None) and found.exists()


def line_exists(item_id: int) -> bool:
    """Return whether any cart has this line, to tell a removed line from one of another shopper. 1 query."""
    return CartItem.objects.filter(pk=item_id).exists()


def total_of(cart: Cart, lines: Sequence[CartItem]) -> Decimal:
    """Return the stored total if it is current, else the sum of the lines: never a stale total. No query."""
    if cart.totals_version == cart.version:
        return cart.total_price
    return sum((line.total_price for line in lines), Decimal(0))
