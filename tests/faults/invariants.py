"""`find_broken`: checks I1 to I7 and I10 in the database once its outbox is empty. Empty lists are good."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from cart.audit import audit_stock
from tests.faults.names import COUNTED
from tests.faults.running import RunningShop
from tests.faults.shopper import Add, Outcome
from tests.support.invariants import broken_rules

# A line's units, compared to the sum of the events of this name. The load removes nothing.
_UNITS = """
    SELECT cart_id, variant_id, coalesce(line.quantity, 0), coalesce(event.units, 0)
      FROM (SELECT cart_id, product_variant_id AS variant_id, quantity FROM cart_cartitem) line
      FULL JOIN (SELECT cart_id, variant_id, sum(quantity)::int AS units FROM workers_analyticsevent
                  WHERE name = %s GROUP BY 1, 2) event USING (cart_id, variant_id)
     WHERE coalesce(line.quantity, 0) <> coalesce(event.units, 0)
"""
_TOTALS = """
    SELECT cart.id, cart.total_price, coalesce(sum(line.total_price), 0), cart.version, cart.totals_version
      FROM cart_cart cart LEFT JOIN cart_cartitem line ON line.cart_id = cart.id
     GROUP BY cart.id
    HAVING cart.total_price <> coalesce(sum(line.total_price), 0) OR cart.version <> cart.totals_version
"""
# From the threshold to 1.2 times the threshold, an alert may be open or not; see REARM_FACTOR.
# Before its first receipt a variant has none.
_ALERTS = """
    SELECT variant.sku, variant.stock_quantity, variant.low_stock_threshold, array_agg(alert.level)
      FROM inventory_productvariant variant
      LEFT JOIN inventory_lowstockalert alert ON alert.variant_id = variant.id AND alert.closed_at IS NULL
     GROUP BY variant.id
    HAVING count(alert.id) > 1
        OR (count(alert.id) = 0 AND variant.stock_quantity <= variant.low_stock_threshold
            AND EXISTS (SELECT FROM inventory_stockmovement WHERE variant_id = variant.id))
        OR (count(alert.id) > 0 AND variant.stock_quantity > 1.2 * variant.low_stock_threshold)
        OR (count(alert.id) > 0 AND min(alert.level) <> CASE variant.stock_quantity WHEN 0 THEN 'out' ELSE 'low' END)
"""


@dataclass
class Findings:
    """What is wrong, by the guarantee that it breaks."""

    stock: list[object] = field(default_factory=list)  # I1, I2
    totals: list[object] = field(default_factory=list)  # I3
    lost: list[object] = field(default_factory=list)  # I4: units whose effect never happened
    doubled: list[object] = field(default_factory=list)  # I4: units whose effect happened again
    alerts: list[object] = field(default_factory=list)  # I5
    pending: list[object] = field(default_factory=list)  # I6
    answers: list[object] = field(default_factory=list)  # I7, I10: shoppers got a wrong answer

    @property
    def broken(self) -> dict[str, list[object]]:
        return {kind: rows[:5] for kind, rows in vars(self).items() if rows}

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(**{kind: rows + getattr(other, kind) for kind, rows in vars(self).items()})


def find_broken(site: RunningShop, adds: Iterable[Add]) -> Findings:
    """Check all of them. `adds` are all adds that were ever sent to this shop."""
    found = Findings(
        totals=list(site.sql(_TOTALS)),
        alerts=list(site.sql(_ALERTS)),
        pending=list(site.sql("SELECT effect, key, attempts, is_dead, error FROM workers_outboxrow")),
        answers=_untrue_answers(site, list(adds)),
    )
    with site.orm():
        found.stock = [*broken_rules().items(), *audit_stock().differences]
    for name in ("add_to_cart", COUNTED):
        rows = site.sql(_UNITS, name)
        found.lost += [(name, *row) for row in rows if row[2] > row[3]]
        found.doubled += [(name, *row) for row in rows if row[2] < row[3]]
    return found


def committed_keys(site: RunningShop) -> set[str]:
    return {key for (key,) in site.sql("SELECT key FROM cart_idempotencykey")}


def _untrue_answers(site: RunningShop, adds: list[Add]) -> list[object]:
    """Acked adds that are missing, refused adds that exist, adds that nobody sent, shortages without an event."""
    committed = committed_keys(site)
    may_be = {add.key for add in adds if add.outcome in (Outcome.ACKED, Outcome.UNKNOWN)}
    untrue: list[object] = [
        ("acked, not there", a.key) for a in adds if a.outcome == "acked" and a.key not in committed
    ]
    untrue += [("there, nobody was told so", key) for key in committed - may_be]
    events = {event for (event,) in site.sql("SELECT event_id::text FROM workers_analyticsevent")}
    short = [add for add in adds if add.status == 409]
    return untrue + [("shortage not recorded", add.key) for add in short if _shortage_id(add) not in events]


def _shortage_id(add: Add) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, add.key))
