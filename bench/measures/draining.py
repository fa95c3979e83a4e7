"""`draining`: how fast one worker process drains the rows that gathered while no worker ran."""

import time
from collections.abc import Iterator

from bench.figures import Figure, Reach, measured
from bench.plan import Plan
from bench.site import Site

_ROUNDS = 3
# A third of the rows for each effect, as adds write them: carts of two lines, a thousand variants, an event a line.
_FILL = """
    WITH carts AS (
        INSERT INTO cart_cart (guest_token, status, version, totals_version, total_price)
        SELECT gen_random_uuid(), 'open', 2, 0, 0 FROM generate_series(1, %(adds)s / 2) RETURNING id),
    lines AS (
        INSERT INTO cart_cartitem (cart_id, product_variant_id, quantity, price, reserved_quantity, hold_extensions)
        SELECT carts.id, variant, 1, 3, 0, 0
          FROM carts, LATERAL (VALUES (%(first)s + id %% 500), (%(first)s + 500 + id %% 500)) AS two (variant)
        RETURNING cart_id, product_variant_id, gen_random_uuid() AS event)
    INSERT INTO workers_outboxrow (effect, key, payload, event_id, attempts, error, is_dead)
    SELECT effect, key, payload, event, 0, '', FALSE
      FROM lines, LATERAL (VALUES
           ('recalculate_cart_totals', cart_id::text, '{"v": 1}'::jsonb),
           ('check_low_stock', product_variant_id::text, '{"v": 1}'),
           ('record_analytics', event::text, jsonb_build_object(
               'v', 1, 'event_id', event, 'name', 'add_to_cart', 'occurred_at', clock_timestamp(), 'cart_id', cart_id,
               'variant_id', product_variant_id, 'quantity', 1, 'value', '3.00'))) AS intents (effect, key, payload)
"""


def draining(site: Site, plan: Plan) -> Iterator[Figure]:
    """Drain the rows in this process, effect by effect, by the function that a worker's task calls."""
    rounds = [_round(site, plan.pending_rows) for _ in range(_ROUNDS)]
    for effect in rounds[0]:
        yield measured(f"rows a second of {effect}, one process", [each[effect] for each in rounds], "1/s")
    in_all = [plan.pending_rows / sum(plan.pending_rows / 3 / rate for rate in each.values()) for each in rounds]
    name = f"rows a second of {plan.pending_rows:,}, one process"
    yield measured(name, in_all, "1/s", Reach(5000, at_least=True))


def _round(site: Site, rows: int) -> dict[str, float]:
    """Rows a second, by effect."""
    site.sql(_FILL, {"adds": rows // 3, "first": site.variants[0]})
    site.sql("ANALYZE")
    return {name: _rate(name, rows / 3) for name in ("recalculate_cart_totals", "check_low_stock", "record_analytics")}


def _rate(effect: str, rows: float) -> float:
    from django.db import connection

    from outbox.drain import drain
    from outbox.models import OutboxRow

    started = time.monotonic()
    try:
        while OutboxRow.objects.filter(effect=effect).exists():
            drain(effect)
        return rows / (time.monotonic() - started)
    finally:
        connection.close()
