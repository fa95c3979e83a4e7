"""Adds without HTTP, by eight processes. `in_process` measures the service, `hot_row` hand-written SQL.

`in_process` compares the service with one statement that makes the same writes, on one variant, and sold out. `hot_row`
shows whether one variant sells faster with its stock in several rows, or with a shorter lock (docs/adr/0007).
"""

from collections.abc import Iterator, Sequence

from bench import actions, plain_sql
from bench.crowd import Crowd, MakeAction, crowd
from bench.figures import Figure, Reach, compared
from bench.plan import Plan
from bench.proof import proven
from bench.site import Site, make_variants

_HOLDS = 20_000
# So many carts, each with a hold on one unit of one variant, for a day.
_HOLD_ALL = """
    WITH carts AS (
        INSERT INTO cart_cart (guest_token, status, version, totals_version, total_price)
        SELECT gen_random_uuid(), 'open', 1, 0, 0 FROM generate_series(1, %s) RETURNING id)
    INSERT INTO cart_cartitem
           (cart_id, product_variant_id, quantity, price, reserved_quantity, reserved_until, hold_extensions)
    SELECT id, %s, 1, 3, 1, clock_timestamp() + interval '1 day', 0 FROM carts
"""


def in_process(site: Site, plan: Plan) -> Iterator[Figure]:
    """Each round does all kinds in turn, so that other work on the machine affects them alike."""
    sold_out = _sold_out_variant(site)
    hot = [site.variants[0]]
    limits, hots, refusals = [], [], []
    with crowd(plan.clients) as clients:
        for _ in range(plan.rounds):
            limit = _adds(site, clients, plan, plain_sql.one_statement, site.variants)
            spread = _adds(site, clients, plan, actions.add, site.variants)
            limits.append((spread, limit))
            hots.append((_adds(site, clients, plan, actions.add, hot), spread))
            refusals.append((clients.do(actions.be_refused, [sold_out, *hot], seconds=plan.seconds).a_second, spread))
            site.sql("TRUNCATE workers_outboxrow")
    yield compared("adds a second of the service: one statement", limits, "1/s", Reach(0.4, at_least=True))
    yield compared("adds a second, all of one variant: of 1,000", hots, "1/s", Reach(0.8, at_least=True))
    name = f"refusals a second under {_HOLDS:,} live holds: adds"
    yield compared(name, refusals, "1/s", Reach(1.0, at_least=True))


def _adds(site: Site, clients: Crowd, plan: Plan, action: MakeAction, variants: Sequence[int]) -> float:
    with proven(site) as claim:
        done = clients.do(action, variants, seconds=plan.seconds)
        claim.adds = done.in_all
    return done.a_second


def _sold_out_variant(site: Site) -> int:
    (variant,) = make_variants(1, stock=0)
    site.sql(_HOLD_ALL, [_HOLDS, variant])
    site.sql("UPDATE inventory_productvariant SET reserved_quantity = %s WHERE id = %s", [_HOLDS, variant])
    site.sql("ANALYZE cart_cart, cart_cartitem")
    return variant


def hot_row(site: Site, plan: Plan) -> Iterator[Figure]:
    """All clients on one variant: its units are taken in the fourth statement, from several rows, or last."""
    hot = site.variants[:1]
    site.sql(*plain_sql.split_stock(hot[0]))
    splits, lasts, hots = [], [], []
    with crowd(plan.clients) as clients:
        for _ in range(plan.rounds):
            one = clients.do(plain_sql.six_statements, hot, seconds=plan.seconds).a_second
            spread = clients.do(plain_sql.six_statements, site.variants, seconds=plan.seconds).a_second
            splits.append((clients.do(plain_sql.six_statements_split, hot, seconds=plan.seconds).a_second, one))
            last = clients.do(plain_sql.six_statements_taking_last, hot, seconds=plan.seconds).a_second
            lasts.append((last, one))
            hots.append((one, spread))
            site.sql("TRUNCATE workers_outboxrow")
    yield compared("plain SQL, one variant: spread over 1,000", hots, "1/s")
    yield compared(f"plain SQL, one variant split into {plain_sql.SPLIT} rows: one row", splits, "1/s")
    yield compared("plain SQL, one variant taken last: taken fourth", lasts, "1/s")
