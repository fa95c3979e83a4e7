"""Actions that make the writes of an add in hand-written SQL, as a limit for the service: no checks, no retries.

They are one statement, or a transaction of six. The latter also has a form with a variant's stock in several rows.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from bench.actions import Guests
from bench.crowd import Action

SPLIT = 16  # rows for one variant's free stock

_CART = """
    INSERT INTO cart_cart (guest_token, status, version, totals_version, total_price)
    VALUES (%(guest)s, 'open', 1, 0, 0)
    ON CONFLICT (guest_token) WHERE guest_token IS NOT NULL AND status IN ('open', 'merged')
    DO UPDATE SET version = cart_cart.version + 1, updated_at = clock_timestamp() RETURNING id
"""
_KEY = "INSERT INTO cart_idempotencykey (key, fingerprint) VALUES (%(key)s, %(fingerprint)s)"
_LINE = (
    "SELECT id, quantity FROM cart_cartitem WHERE cart_id = %(cart)s AND product_variant_id = %(variant)s FOR UPDATE"
)
_VARIANT = """
    UPDATE inventory_productvariant SET stock_quantity = stock_quantity - 1, reserved_quantity = reserved_quantity + 1
     WHERE id = %(variant)s AND is_active AND stock_quantity >= 1 RETURNING id, price
"""
_SPLIT_TABLE = """
    CREATE TABLE bench_split (id serial PRIMARY KEY, variant_id bigint, free int, held int) WITH (fillfactor = 50);
    INSERT INTO bench_split (variant_id, free, held) SELECT %s, 1000000, 0 FROM generate_series(1, %s);
    CREATE INDEX ON bench_split (variant_id);
"""
# Takes from any row that nobody else has locked. Each turn starts the search at another row.
_SPLIT_VARIANT = """
    UPDATE bench_split SET free = free - 1, held = held + 1
     WHERE id = (SELECT id FROM bench_split WHERE variant_id = %(variant)s AND free >= 1
                  ORDER BY (id + %(turn)s) %% 16 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
 RETURNING variant_id, 3
"""
_WRITE_LINE = """
    INSERT INTO cart_cartitem AS line
           (cart_id, product_variant_id, quantity, price, reserved_quantity, reserved_until, hold_extensions)
    {values}
    ON CONFLICT (cart_id, product_variant_id)
    DO UPDATE SET quantity = line.quantity + 1, reserved_quantity = line.quantity + 1
"""
_OUTBOX = """
    INSERT INTO workers_outboxrow (effect, key, payload, event_id, attempts, error, is_dead)
    SELECT effect, key, payload::jsonb, %(event)s::uuid, 0, '', FALSE
      FROM {line} LATERAL (VALUES ('recalculate_cart_totals', {cart}::text, '{{"v": 1}}'),
                                  ('check_low_stock', {variant}::text, '{{"v": 1}}'),
                                  ('record_analytics', %(event)s, %(payload)s)) AS intents (effect, key, payload)
"""
_HOLD = "1, 3, 1, clock_timestamp() + interval '30 minutes', 0"
_ONE_STATEMENT = (
    f"WITH cart AS ({_CART}), key AS ({_KEY}), variant AS ({_VARIANT}), line AS ("
    + _WRITE_LINE.format(values=f"SELECT cart.id, variant.id, {_HOLD} FROM cart, variant")
    + "RETURNING cart_id, product_variant_id)"
    + _OUTBOX.format(line="line,", cart="cart_id", variant="product_variant_id")
)
_WRITE_LINE_OF = _WRITE_LINE.format(values=f"VALUES (%(cart)s, %(variant)s, {_HOLD})")
_OUTBOX_OF = _OUTBOX.format(line="", cart="%(cart)s", variant="%(variant)s").replace("FROM  LATERAL", "FROM")
# As long as the event of a real add.
_PAYLOAD = '{"v": 1, "name": "add_to_cart", "value": "3.00", "quantity": 1, "padding": "%s"}' % ("x" * 180)


def one_statement(variants: Sequence[int], start: int) -> Action:
    """An add as one statement, which is its own transaction."""
    cursor, guests = _cursor(), Guests()

    def action(turn: int) -> None:
        cursor.execute(_ONE_STATEMENT, _facts(guests, variants, start, turn))

    return action


def six_statements(variants: Sequence[int], start: int) -> Action:
    """An add as a transaction of six statements. The variant is locked from the fourth to the commit."""
    return _transaction([_KEY, _LINE, _VARIANT, _WRITE_LINE_OF, _OUTBOX_OF], variants, start)


def six_statements_split(variants: Sequence[int], start: int) -> Action:
    """The same, with the variant's free stock in `SPLIT` rows. It uses one that nobody else has locked."""
    return _transaction([_KEY, _LINE, _SPLIT_VARIANT, _WRITE_LINE_OF, _OUTBOX_OF], variants, start)


def six_statements_taking_last(variants: Sequence[int], start: int) -> Action:
    """The same, with the units taken last, so that the variant is locked during the commit only."""
    return _transaction([_KEY, _LINE, _WRITE_LINE_OF, _OUTBOX_OF, _VARIANT], variants, start)


def split_stock(variant: int) -> tuple[str, list[int]]:
    """Return the SQL that splits a variant's stock, and its arguments."""
    return _SPLIT_TABLE, [variant, SPLIT]


def _transaction(statements: Sequence[str], variants: Sequence[int], start: int) -> Action:
    cursor, guests = _cursor(), Guests()

    def action(turn: int) -> None:
        facts = _facts(guests, variants, start, turn)
        cursor.execute("BEGIN")
        cursor.execute(_CART, facts)
        facts["cart"] = cursor.fetchone()[0]
        for statement in statements:
            cursor.execute(statement, facts)
            if not cursor.rowcount and statement is not _LINE:
                raise AssertionError("there was stock, and none was taken")
        cursor.execute("COMMIT")

    return action


def _cursor() -> Any:
    """A cursor of a connection besides Django's. It commits each statement, unless BEGIN was sent."""
    import psycopg2  # type: ignore[import-untyped]
    from django.db import connection

    plain = psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})
    plain.autocommit = True
    return plain.cursor()


def _facts(guests: Guests, variants: Sequence[int], start: int, turn: int) -> dict[str, Any]:
    key = str(uuid.uuid4())
    names = {"guest": str(guests.of(turn)), "key": key, "fingerprint": "f" * 64, "event": key}
    return {**names, "variant": variants[(start + turn * 7) % len(variants)], "turn": turn, "payload": _PAYLOAD}
