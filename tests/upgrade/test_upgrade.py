"""A database of each earlier version, with a little of everything in it, comes to this version and works."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import F, Sum

from cart.audit import run_audit
from cart.models import CartItem
from cart.services import add_product_to_cart, release_run_out_holds
from inventory.models import ProductVariant, StockMovement
from orders.models import DeliveryMethod
from orders.states import State
from tests.databases import empty_database
from tests.ordering import order, pay
from tests.upgrade.dumps import VERSIONS, load
from workers.models import AnalyticsEvent, OutboxRow
from workers.outbox.draining import drain
from workers.outbox.effects import registry

pytestmark = pytest.mark.django_db(transaction=True)

# Lines whose holds `stock_a_shop.py` let run out.
RUN_OUT = 4

# What a database is, beside its rows. Columns have another order where they were added later.
_SCHEMA = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length
          FROM information_schema.columns WHERE table_schema = 'public'""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


def schema() -> set[tuple[object, ...]]:
    found: set[tuple[object, ...]] = set()
    with connection.cursor() as cursor:
        for kind, question in _SCHEMA.items():
            cursor.execute(question)
            found |= {(kind, *map(_plain, row)) for row in cursor.fetchall()}
    return found


def _plain(value: object) -> object:
    """Without casts and brackets: PostgreSQL writes them otherwise for a condition that came from a dump."""
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", value) if isinstance(value, str) else value


def scalar(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def drain_all() -> None:
    for name in registry:
        drain(name)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda file: file.stem)
def test_a_shop_of_an_earlier_version_goes_on_as_this_one(version: Path) -> None:
    of_this_version = schema()
    with empty_database():
        load(version)
        on_hand = scalar("SELECT sum(stock_quantity + reserved_quantity) FROM inventory_productvariant")
        waiting = scalar("SELECT count(*) FROM workers_outboxrow WHERE NOT is_dead")
        assert min(on_hand, waiting) > 0
        call_command("migrate", verbosity=0)

        assert schema() ^ of_this_version == set()
        assert ProductVariant.objects.aggregate(all=Sum(F("stock_quantity") + F("reserved_quantity")))["all"] == on_hand
        assert run_audit().is_clean
        finishes_what_was_left()
        sells_to_the_customer_of_before()
        assert run_audit().is_clean
    connections["default"].ensure_connection()


def finishes_what_was_left() -> None:
    """Rows and holds that the earlier version wrote and left."""
    recorded = AnalyticsEvent.objects.count()
    drain_all()
    assert list(OutboxRow.objects.values_list("is_dead", flat=True)) == [True]
    assert AnalyticsEvent.objects.count() > recorded
    assert release_run_out_holds() == RUN_OUT


def sells_to_the_customer_of_before() -> None:
    """What she has held since before, and one thing more."""
    ada = User.objects.get(username="ada")
    assert ada.check_password("a password of nobody")
    held = CartItem.objects.filter(cart__user=ada, cart__status="open", reserved_quantity=F("quantity")).count()
    assert held > 1
    cart = add_product_to_cart(ada, ProductVariant.objects.get(sku="20004A").pk, 2)
    placed = order(cart, DeliveryMethod.objects.earliest("pk"))
    pay(placed)
    assert placed.state == State.PAID
    drain_all()
    assert StockMovement.objects.filter(kind=StockMovement.Kind.SALE).count() == held + 1
