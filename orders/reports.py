"""`REPORTS`: sales by day, product, category and country, and tax by country and rate, of a period of days.

Sales are the orders that were placed in the period and paid, whenever that was. Refunds are those that became due in
the period, whenever their order was placed; money that paid for no order is no refund of a sale. Each report is one
query, which sums up in the database, so only its rows are sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from core.days import start_of

Row = tuple[Any, ...]
_LONGEST = "20s"


@dataclass(frozen=True)
class Period:
    """Days of the shop, the first and the last one included."""

    first: date
    last: date

    @property
    def bounds(self) -> dict[str, Any]:
        """What the queries ask for: the first moment, the first one after it, and the time zone of days."""
        end = start_of(self.last + timedelta(days=1))
        return {"start": start_of(self.first), "end": end, "zone": settings.TIME_ZONE}


@dataclass(frozen=True)
class Report:
    """A table. `keys` are the heads of the columns that say what a row is of, `heads` of those that are summed.

    `amounts` are those of `heads` that are money, in the shop's currency.
    """

    title: str
    about: str
    keys: Sequence[str]
    heads: Sequence[str]
    amounts: Sequence[str]
    sql: str = field(repr=False)

    @transaction.atomic
    def rows(self, period: Period) -> list[Row]:
        """The rows of a period. 4 statements.

        A year of a million orders takes seconds, so this query may take longer than others of a page.
        """
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [_LONGEST])
            cursor.execute(self.sql, period.bounds)
            rows: list[Row] = cursor.fetchall()
        return rows

    def sums(self, rows: Sequence[Row]) -> Row:
        """The sum of each column that is summed."""
        first = len(self.keys)
        return tuple(sum(row[first + place] for row in rows) for place in range(len(self.heads)))


# By state, since payments are many: an order that is neither of these two is paid, or was.
_SOLD = "{0}.created_at >= %(start)s AND {0}.created_at < %(end)s AND {0}.state NOT IN ('placed', 'cancelled')"
_OF_ORDERS = _SOLD.format("sold")
_OF_REFUNDS = "refund.created_at >= %(start)s AND refund.created_at < %(end)s AND refund.payment_id IS NULL"
_DAY = "({0}.created_at AT TIME ZONE %(zone)s)::date"


def _sales_by(of_order: str, of_refund: str) -> str:
    """Sales and refunds by one value, given as SQL for each of the two. Sums of money are numbers, never NULL."""
    return f"""
    SELECT key, sum(orders)::bigint, sum(goods), sum(delivery), sum(goods + delivery), sum(refunded),
           sum(goods + delivery - refunded)
      FROM (SELECT {of_order} AS key, count(*) AS orders, sum(sold.goods_total) AS goods,
                   sum(sold.delivery_price) AS delivery, 0.00 AS refunded
              FROM orders_order sold WHERE {_OF_ORDERS} GROUP BY 1
             UNION ALL
            SELECT {of_refund}, 0, 0.00, 0.00, sum(refund.amount)
              FROM orders_refund refund JOIN orders_order "order" ON "order".id = refund.order_id
             WHERE {_OF_REFUNDS} GROUP BY 1) parts
     GROUP BY key ORDER BY key"""  # noqa: S608 (constants of this module)


def _lines_by(keys: str, joins: str) -> str:
    """What was sold of goods. The lines are summed by variant before anything else is read."""
    return f"""
    SELECT {keys}, sum(units)::bigint, sum(gross), sum(returned)::bigint, sum(gross_returned),
           sum(gross - gross_returned)
      FROM (SELECT line.variant_id, sum(line.quantity) AS units, sum(line.total) AS gross,
                   sum(line.returned_quantity) AS returned, sum(line.price * line.returned_quantity) AS gross_returned
              FROM orders_order sold JOIN orders_orderline line ON line.order_id = sold.id
             WHERE {_OF_ORDERS} GROUP BY line.variant_id) lines
      JOIN inventory_productvariant variant ON variant.id = lines.variant_id
      JOIN inventory_product product ON product.id = variant.product_id {joins}
     GROUP BY {keys} ORDER BY sum(gross) DESC, {keys}"""  # noqa: S608 (constants of this module)


# Orders and refunds from before there were tax classes have one rate, and no rows of their own.
_TAX = f"""
    SELECT country, rate, sum(gross), sum(tax), sum(refunded), sum(refunded_tax), sum(gross - refunded),
           sum(tax - refunded_tax), sum(gross - tax - refunded + refunded_tax)
      FROM (SELECT sold.country, coalesce(share.rate, sold.tax_rate) AS rate,
                   coalesce(share.gross, sold.total) AS gross, coalesce(share.tax, sold.tax) AS tax,
                   0.00 AS refunded, 0.00 AS refunded_tax
              FROM orders_order sold LEFT JOIN orders_ordertax share ON share.order_id = sold.id
             WHERE {_OF_ORDERS}
             UNION ALL
            SELECT "order".country, coalesce(share.rate, "order".tax_rate), 0.00, 0.00,
                   coalesce(share.gross, refund.amount),
                   coalesce(share.tax, round(refund.amount * "order".tax_rate / (100 + "order".tax_rate), 2))
              FROM orders_refund refund JOIN orders_order "order" ON "order".id = refund.order_id
              LEFT JOIN orders_refundtax share ON share.refund_id = refund.id
             WHERE {_OF_REFUNDS}) parts
     GROUP BY country, rate ORDER BY country, rate DESC"""  # noqa: S608 (constants of this module)

_SALES = ("Goods", "Delivery", "Sales", "Refunds", "Sales less refunds")
_CAME_BACK = ("Sales", "Came back", "Sales less what came back")
_OF_GOODS = ("Units", "Sales", "Units back", *_CAME_BACK[1:])
_OF_TAX = ("Sales", "Tax", "Refunds", "Tax in refunds", "Sales less refunds", "Tax due", "Without tax")
_ABOUT_SALES = (
    "Orders placed in these days and paid, whenever that was, with their tax. A refund counts on the day on which it "
    "became due, whenever its order was placed."
)
_ABOUT_GOODS = (
    "Goods in orders placed in these days and paid, with their tax and without delivery. What came back is of these "
    "orders, up to now."
)
_CATEGORY = "LEFT JOIN inventory_category category ON category.id = product.category_id"

REPORTS = {
    "days": Report(
        title="Sales by day",
        about=_ABOUT_SALES,
        keys=["Day"],
        heads=["Orders", *_SALES],
        amounts=_SALES,
        sql=_sales_by(_DAY.format("sold"), _DAY.format("refund")),
    ),
    "products": Report(
        title="Sales by product",
        about=_ABOUT_GOODS,
        keys=["Number", "Product"],
        heads=_OF_GOODS,
        amounts=_CAME_BACK,
        sql=_lines_by("product.number, product.name", ""),
    ),
    "categories": Report(
        title="Sales by category",
        about=_ABOUT_GOODS,
        keys=["Category"],
        heads=_OF_GOODS,
        amounts=_CAME_BACK,
        sql=_lines_by("coalesce(category.name, 'Without a category')", _CATEGORY),
    ),
    "countries": Report(
        title="Sales by country",
        about=_ABOUT_SALES,
        keys=["Country"],
        heads=["Orders", *_SALES],
        amounts=_SALES,
        sql=_sales_by("sold.country", '"order".country'),
    ),
    "tax": Report(
        title="Tax by country and rate",
        about=_ABOUT_SALES,
        keys=["Country", "Rate in per cent"],
        heads=_OF_TAX,
        amounts=_OF_TAX,
        sql=_TAX,
    ),
}
