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

_RUNS = """
            reduced.variant_id = {variant}.id AND reduced.starts_at <= statement_timestamp()
            AND (reduced.ends_at IS NULL OR reduced.ends_at > statement_timestamp())"""
# At most one reduction runs, by the constraint of its table. `least` ignores NULL.
_PRICE_NOW = "least({variant}.price, (SELECT reduced.price FROM inventory_reduction reduced WHERE {runs}))"

# The lowest price of the 30 days before a reduction of `variant` began: Directive 98/6/EC, Article 6a(2). That is
# before the first of a row of reductions that follow each other without a break, each lower than the one before, as
# Article 6a(5) has it. Both kinds of history count: PriceChange for the variant's own price, and earlier reductions.
# - The own price just before the start is in the window, however old it is. The price history has it as the old price
#   of the first change after that moment; without one it is the price that the variant has.
# - Each change inside the window has two prices that were in force in it, before and after. So what was in force when
#   the window opened is found with the first of them, also if it was the variant's first price, which has no line.
# - While an earlier reduction ran, the lower of its price and the own price was in force, so both may count.
_LOWEST_BEFORE = """(
    WITH RECURSIVE step AS (
        SELECT reduced.starts_at, reduced.price
         UNION ALL
        SELECT earlier.starts_at, earlier.price
          FROM step JOIN inventory_reduction earlier
            ON earlier.variant_id = variant.id AND earlier.ends_at = step.starts_at AND earlier.price > step.price)
    SELECT least(
               coalesce((SELECT later.old_price FROM inventory_pricechange later
                          WHERE later.variant_id = variant.id AND later.created_at >= began
                          ORDER BY later.id LIMIT 1), variant.price),
               (SELECT min(least(change.old_price, change.new_price)) FROM inventory_pricechange change
                 WHERE change.variant_id = variant.id AND change.created_at < began
                   AND change.created_at > began - interval '30 days'),
               (SELECT min(earlier.price) FROM inventory_reduction earlier
                 WHERE earlier.variant_id = variant.id AND earlier.starts_at < began
                   AND earlier.ends_at > began - interval '30 days'))
      FROM (SELECT min(starts_at) AS began FROM step) first)"""

_REDUCED_NOW = """LEFT JOIN LATERAL (
           SELECT reduced.price, reduced.compare_at, reduced.ends_at, {lowest_before} AS lowest_before
             FROM inventory_reduction reduced
            WHERE {runs}) reduced ON TRUE"""


def price_now(variant: str) -> str:
    """Return an SQL expression: what a variant costs now. Argument: its table or alias."""
    return _PRICE_NOW.format(variant=variant, runs=_RUNS.format(variant=variant))


# To join to `variant`: the reduction that runs.
REDUCED_NOW = _REDUCED_NOW.format(lowest_before=_LOWEST_BEFORE, runs=_RUNS.format(variant="variant"))


class Lowest(NamedTuple):
    """A reduction: SKU and reduced price, and the lowest price of the 30 days before it begins."""

    sku: str
    price: Decimal
    lowest: Decimal


_LOWEST_OF_EACH = """
    SELECT variant.sku, reduced.price, {lowest_before}
      FROM inventory_reduction reduced JOIN inventory_productvariant variant ON variant.id = reduced.variant_id
     WHERE reduced.variant_id = ANY(%(ids)s) AND reduced.starts_at >= %(since)s
     ORDER BY variant.sku, reduced.starts_at
"""
_LOWEST = _LOWEST_OF_EACH.format(lowest_before=_LOWEST_BEFORE)


def lowest_before(variant_ids: Collection[int], *, since: datetime) -> list[Lowest]:
    """Return the reductions of these variants that begin at `since` or later. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_LOWEST, {"ids": list(variant_ids), "since": since})
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
