"""`broken_rules`: what must always hold for carts, stock and taxes, checked in the tables and by the audit."""

from django.db import connection

from cart.audit import audit_stock

# By rule, the query that finds the rows that break it.
_RULES = {
    "reserved of a variant is the sum of what its lines hold": """
        SELECT variant.id, variant.reserved_quantity, coalesce(sum(line.reserved_quantity), 0)
          FROM inventory_productvariant variant
          LEFT JOIN cart_cartitem line ON line.product_variant_id = variant.id
         GROUP BY variant.id HAVING variant.reserved_quantity <> coalesce(sum(line.reserved_quantity), 0)""",
    "on hand is the sum of the ledger": """
        SELECT variant.id, variant.stock_quantity + variant.reserved_quantity, coalesce(sum(movement.delta), 0)
          FROM inventory_productvariant variant
          LEFT JOIN inventory_stockmovement movement ON movement.variant_id = variant.id
         GROUP BY variant.id
        HAVING variant.stock_quantity + variant.reserved_quantity <> coalesce(sum(movement.delta), 0)""",
    "a cart that is not open holds nothing": """
        SELECT line.id, cart.status, line.reserved_quantity
          FROM cart_cartitem line JOIN cart_cart cart ON cart.id = line.cart_id
         WHERE cart.status <> 'open' AND line.reserved_quantity > 0""",
    "no count is negative": """
        SELECT id, stock_quantity, reserved_quantity FROM inventory_productvariant
         WHERE stock_quantity < 0 OR reserved_quantity < 0""",
    "a stored total that claims to be current is the sum of the lines": """
        SELECT cart.id, cart.total_price, coalesce(sum(line.total_price), 0)
          FROM cart_cart cart LEFT JOIN cart_cartitem line ON line.cart_id = cart.id
         WHERE cart.version = cart.totals_version AND cart.status = 'open'
         GROUP BY cart.id HAVING cart.total_price <> coalesce(sum(line.total_price), 0)""",
    "the taxes of an order add up to its total and its tax": """
        SELECT "order".id, "order".total, "order".tax, sum(share.gross), sum(share.tax)
          FROM orders_order "order" JOIN orders_ordertax share ON share.order_id = "order".id
         GROUP BY "order".id HAVING (sum(share.gross), sum(share.tax)) <> ("order".total, "order".tax)""",
    "the taxes of a refund add up to it": """
        SELECT refund.id, refund.amount, sum(share.gross)
          FROM orders_refund refund JOIN orders_refundtax share ON share.refund_id = refund.id
         GROUP BY refund.id HAVING sum(share.gross) <> refund.amount""",
}


def broken_rules() -> dict[str, list[tuple[object, ...]]]:
    """Return by rule the rows that break it, and what the audit finds. Empty if all rules hold. 1 query a rule."""
    found = {}
    with connection.cursor() as cursor:
        for rule, sql in _RULES.items():
            cursor.execute(sql)
            if rows := cursor.fetchall():
                found[rule] = rows
    if differences := audit_stock().differences:
        found["the audit finds no difference"] = [(str(difference),) for difference in differences]
    return found
