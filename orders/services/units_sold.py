"""`Product.units_sold`, counted from orders: after each change of an order, and hourly where it is wrong."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Now

from inventory.locks import lock_products
from inventory.models import SOLD_WITHIN, Product
from inventory.services import write_units_sold
from orders.models import OrderLine
from orders.states import State

_BATCH = 500


@transaction.atomic
def count_units_sold(*, product_ids: Collection[int]) -> None:
    """Count the units sold of these products and store them. Repeating it, in any order, gives the same numbers."""
    # Locked before the count, so that of two counts of a product the later one knows all that the earlier one knew.
    lock_products(product_ids)
    sold = units_sold(product_ids)
    write_units_sold(units_by_product={product_id: sold.get(product_id, 0) for product_id in product_ids})


def recount_units_sold() -> int:
    """Correct the products whose stored number is wrong, 500 in a transaction. Returns how many there were.

    Nothing announces that an order became older than `inventory.models.SOLD_WITHIN`, and the first count after an
    upgrade has to find the orders from before it.
    """
    stored = dict(Product.objects.exclude(units_sold=0).values_list("pk", "units_sold"))
    sold = units_sold()
    wrong = sorted(pk for pk in stored.keys() | sold.keys() if stored.get(pk, 0) != sold.get(pk, 0))
    for start in range(0, len(wrong), _BATCH):
        count_units_sold(product_ids=wrong[start : start + _BATCH])
    return len(wrong)


def units_sold(product_ids: Collection[int] | None = None) -> dict[int, int]:
    """Units sold by product id, of these products or of all. A product that is missing had no recent order. 1 query.

    Counts orders of the last `SOLD_WITHIN`, paid or not, less returned units and without cancelled and refunded orders.
    """
    lines = OrderLine.objects.filter(order__created_at__gte=Now() - SOLD_WITHIN)
    lines = lines.exclude(order__state__in=[State.CANCELLED, State.REFUNDED])
    if product_ids is not None:
        lines = lines.filter(variant__product__in=product_ids)
    kept = Sum(F("quantity") - F("returned_quantity"))
    return dict(lines.order_by().values_list("variant__product").annotate(units=kept))
