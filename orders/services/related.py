"""`inventory.RelatedProduct`, counted from orders: after each change of an order, and nightly where it is wrong."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from inventory.locks import lock_products
from inventory.models import MOST_RELATED, SOLD_WITHIN, RelatedProduct
from inventory.services import write_related
from orders.states import State

_BATCH = 100
# An order of a whole shop says nothing of what belongs together, and its pairs grow with the square of its products.
MOST_PRODUCTS = 20
_PAIRS = """
    WITH bought AS MATERIALIZED (
        SELECT DISTINCT line.order_id, variant.product_id
          FROM orders_orderline line
          JOIN orders_order placed ON placed.id = line.order_id
          JOIN inventory_productvariant variant ON variant.id = line.variant_id
         WHERE placed.created_at >= statement_timestamp() - %(within)s AND placed.state <> ALL(%(undone)s)
           AND line.quantity > line.returned_quantity {of_products}
    ), small AS MATERIALIZED (
        SELECT order_id FROM bought GROUP BY order_id HAVING count(*) BETWEEN 2 AND %(most_products)s
    ), pair AS (
        SELECT one.product_id, other.product_id AS other_id, count(*) AS orders,
               row_number() OVER (PARTITION BY one.product_id ORDER BY count(*) DESC, other.product_id) AS place
          FROM small JOIN bought one USING (order_id) JOIN bought other USING (order_id)
         WHERE one.product_id <> other.product_id {one_of_products}
         GROUP BY one.product_id, other.product_id
    )
    SELECT product_id, other_id, orders FROM pair WHERE place <= %(most_related)s
"""
_OF_PRODUCTS = """
    AND line.order_id IN (SELECT mine.order_id FROM orders_orderline mine
                            JOIN inventory_productvariant sort ON sort.id = mine.variant_id
                           WHERE sort.product_id = ANY(%(product_ids)s::bigint[]))
"""
_ALL_PAIRS = _PAIRS.format(of_products="", one_of_products="")
_PAIRS_OF = _PAIRS.format(
    of_products=_OF_PRODUCTS, one_of_products="AND one.product_id = ANY(%(product_ids)s::bigint[])"
)


@transaction.atomic
def count_related(*, product_ids: Collection[int]) -> None:
    """Count what is bought together with these products and store it. Repeating it, in any order, gives the same."""
    # Locked before the count, so that of two counts of a product the later one knows all that the earlier one knew.
    lock_products(product_ids)
    found = related(product_ids)
    write_related(related={product_id: found.get(product_id, {}) for product_id in product_ids})


def recount_related() -> int:
    """Correct the products whose stored rows are wrong, 100 in a transaction. Returns how many there were.

    As `recount_units_sold`: nothing announces that an order became too old, and orders may be from before an upgrade.
    """
    stored: dict[int, dict[int, int]] = defaultdict(dict)
    for product_id, other_id, count in RelatedProduct.objects.values_list("product_id", "other_id", "count"):
        stored[product_id][other_id] = count
    found = related()
    wrong = sorted(pk for pk in stored.keys() | found.keys() if stored.get(pk) != found.get(pk))
    for start in range(0, len(wrong), _BATCH):
        count_related(product_ids=wrong[start : start + _BATCH])
    return len(wrong)


def related(product_ids: Collection[int] | None = None) -> dict[int, dict[int, int]]:
    """The other products most often in one order with each product, of these or of all, and in how many. 1 query.

    At most `MOST_RELATED` of each. Counts the orders that `units_sold` counts, of at most `MOST_PRODUCTS` products.
    """
    values: dict[str, Any] = {
        "within": SOLD_WITHIN,
        "undone": [State.CANCELLED.value, State.REFUNDED.value],
        "most_products": MOST_PRODUCTS,
        "most_related": MOST_RELATED,
        "product_ids": list(product_ids or []),
    }
    found: dict[int, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_ALL_PAIRS if product_ids is None else _PAIRS_OF, values)
        for product_id, other_id, orders in cursor.fetchall():
            found[product_id][other_id] = orders
    return dict(found)
