"""What a variant costs now: SQL for statements that are run anyway, `with_price_now` and `price_of` for querysets.

The moment is that of the statement, by the clock of the database. So a reduction begins and ends exactly, also when no
worker runs, and no page or add to a cart costs a statement more.
"""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least, Now

from inventory.models import ProductVariant, Reduction

# The price now and the lowest one before are functions of the database (migration 0032), whose plans a session keeps.
# As parts of a statement they were planned each time, which cost an add an eighth of what PostgreSQL does for it.

# To join to `variant`: the reduction that runs, of which there is at most one, by the constraint of its table.
REDUCED_NOW = """LEFT JOIN LATERAL (
           SELECT reduced.price, reduced.compare_at, reduced.ends_at,
                  inventory_lowest_before(variant.id, variant.price, reduced.starts_at, reduced.price) AS lowest_before
             FROM inventory_reduction reduced
            WHERE reduced.variant_id = variant.id AND reduced.starts_at <= statement_timestamp()
              AND (reduced.ends_at IS NULL OR reduced.ends_at > statement_timestamp())) reduced ON TRUE"""


def price_now(variant: str) -> str:
    """Return an SQL expression: what a variant costs now. Argument: its table or alias."""
    return f"inventory_price_now({variant}.id, {variant}.price)"


class Prices(NamedTuple):
    """What a variant costs: its own price, and the price now, which is lower while a reduction runs."""

    own: Decimal
    now: Decimal


class Lowest(NamedTuple):
    """A reduction: SKU and reduced price, and the lowest price of the 30 days before it begins."""

    sku: str
    price: Decimal
    lowest: Decimal


_LOWEST_OF_EACH = """
    SELECT variant.sku, reduced.price,
           inventory_lowest_before(variant.id, variant.price, reduced.starts_at, reduced.price)
      FROM inventory_reduction reduced JOIN inventory_productvariant variant ON variant.id = reduced.variant_id
     WHERE reduced.variant_id = ANY(%(ids)s) AND reduced.starts_at >= %(since)s
     ORDER BY variant.sku, reduced.starts_at
"""


def lowest_before(variant_ids: Collection[int], *, since: datetime) -> list[Lowest]:
    """Return the reductions of these variants that begin at `since` or later. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_LOWEST_OF_EACH, {"ids": list(variant_ids), "since": since})
        return [Lowest(*row) for row in cursor.fetchall()]


def with_price_now(variants: QuerySet[ProductVariant]) -> QuerySet[Any]:
    """Return the variants with `price_now`, in the same query."""
    now = {"price_now": _now("pk", "price")}
    return variants.annotate(**now)


def price_of(path: str) -> Least:
    """Return an expression for a queryset: what a variant costs now. Argument: the name of the foreign key to it."""
    return _now(path, f"{path}__price")


def _now(variant: str, own_price: str) -> Least:
    begun = Reduction.objects.filter(variant=OuterRef(variant), starts_at__lte=Now()).order_by()
    running = begun.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=Now()))
    return Least(own_price, Subquery(running.values("price")[:1]))
