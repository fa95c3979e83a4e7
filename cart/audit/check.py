"""The check of an audit: every stored number against what it is the sum of, in one statement that reads one snapshot.

In two statements a shopper's commit between them would show as a difference: the line is counted, its hold is not. A
single statement sees each transaction whole or not at all, also under READ COMMITTED and inside a caller's
transaction, where REPEATABLE READ could not be asked for any more. It takes no lock and waits for nobody.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from django.db import connection


class Rule(StrEnum):
    """What must hold of every variant, by the short name that reports use."""

    RESERVED = "reserved"  # reserved_quantity is the sum of what the lines of carts hold
    ON_HAND = "on_hand"  # stock_quantity + reserved_quantity is the sum of the ledger
    LEDGER_CHAIN = "ledger_chain"  # each balance in the ledger is the sum of the movements so far
    CLOSED_CART = "closed_cart"  # a cart that is not open holds nothing


_SENTENCES = {
    Rule.RESERVED: "{stored} reserved, but the lines of carts hold {computed}",
    Rule.ON_HAND: "{stored} on hand, but the ledger adds up to {computed}",
    Rule.LEDGER_CHAIN: "movement {about_id} says {stored} on hand after it, but the movements up to it make {computed}",
    Rule.CLOSED_CART: "cart {about_id} is closed and still holds {stored}",
}


@dataclass(frozen=True)
class Difference:
    """One rule that does not hold of one variant: the units stored, and the units they should be.

    `about_id` is the cart (rule `closed_cart`) or the first bad movement (`ledger_chain`), else None.
    """

    variant_id: int
    sku: str
    rule: Rule
    stored: int
    computed: int
    about_id: int | None = None

    def __str__(self) -> str:
        return f"{self.sku} (variant {self.variant_id}): {_SENTENCES[self.rule].format(**asdict(self))}"


@dataclass(frozen=True)
class AuditReport:
    """How many variants were looked at, and every difference, ordered by variant and rule."""

    variants_checked: int
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.differences

    @property
    def variant_ids(self) -> list[int]:
        """The variants with a difference, each once, in id order."""
        return sorted({difference.variant_id for difference in self.differences})

    def as_json(self) -> dict[str, Any]:
        """The report in types that JSON has."""
        return asdict(self)


# A correction starts the chain of balances anew: the ledger is append-only, so a bad balance above it stays for
# whoever looks into it, and is not reported again. The running sum still counts every movement of the variant.
_LOOK = """
    WITH variant AS (
        SELECT id, sku, reserved_quantity, stock_quantity + reserved_quantity AS on_hand
          FROM inventory_productvariant WHERE %(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s::bigint[])),
    held AS (
        SELECT product_variant_id AS id, sum(reserved_quantity) AS units FROM cart_cartitem
         WHERE reserved_quantity > 0
           AND (%(ids)s::bigint[] IS NULL OR product_variant_id = ANY(%(ids)s::bigint[])) GROUP BY 1),
    movement AS (
        SELECT id, variant_id, balance_after,
               sum(delta) OVER (PARTITION BY variant_id ORDER BY id ROWS UNBOUNDED PRECEDING) AS balance,
               max(id) OVER (PARTITION BY variant_id) AS last,
               max(id) FILTER (WHERE kind = 'correction') OVER (PARTITION BY variant_id) AS corrected
          FROM inventory_stockmovement
         WHERE %(ids)s::bigint[] IS NULL OR variant_id = ANY(%(ids)s::bigint[])),
    ledger AS (SELECT variant_id AS id, balance AS units FROM movement WHERE id = last),
    broken AS (
        SELECT DISTINCT ON (variant_id) variant_id, id, balance_after, balance FROM movement
         WHERE balance_after <> balance AND id >= coalesce(corrected, 0) ORDER BY variant_id, id),
    difference AS (
        SELECT id, sku, 'reserved' AS rule, reserved_quantity AS stored, coalesce(units, 0) AS computed,
               NULL::bigint AS about
          FROM variant LEFT JOIN held USING (id) WHERE reserved_quantity <> coalesce(units, 0)
         UNION ALL
        SELECT id, sku, 'on_hand', on_hand, coalesce(units, 0), NULL
          FROM variant LEFT JOIN ledger USING (id) WHERE on_hand <> coalesce(units, 0)
         UNION ALL
        SELECT variant.id, sku, 'ledger_chain', balance_after, balance, broken.id
          FROM broken JOIN variant ON variant.id = broken.variant_id
         UNION ALL
        SELECT variant.id, sku, 'closed_cart', line.reserved_quantity, 0, cart.id
          FROM cart_cartitem line JOIN cart_cart cart ON cart.id = line.cart_id
          JOIN variant ON variant.id = line.product_variant_id
         WHERE cart.status <> 'open' AND line.reserved_quantity > 0)
    SELECT checked.variants, difference.*
      FROM (SELECT count(*) AS variants FROM variant) checked LEFT JOIN difference ON TRUE
     ORDER BY difference.id, rule, about
"""


def audit_stock(variant_ids: Collection[int] | None = None) -> AuditReport:
    """Recompute what carts hold and what is on hand of every variant, and list what is stored otherwise.

    Argument: the variants to look at, by default all. Changes nothing. 1 query, whatever the number of variants.
    """
    ids = None if variant_ids is None else list(variant_ids)
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, {"ids": ids})
        rows = cursor.fetchall()
    return AuditReport(variants_checked=rows[0][0], differences=[_difference(*row[1:]) for row in rows if row[1]])


def _difference(variant_id: int, sku: str, rule: str, stored: int, computed: int, about_id: int | None) -> Difference:
    """Sums arrive as Decimal, which JSON does not know."""
    return Difference(variant_id, sku, Rule(rule), int(stored), int(computed), about_id)
