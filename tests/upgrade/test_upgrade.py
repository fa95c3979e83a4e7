"""A database of each earlier version, with a little of everything in it, comes to this version and works."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import F, Sum
from django.db.models.functions import Now
from pytest_django import Settings

from analytics.models import AnalyticsEvent
from backoffice.roles import CLERK, MANAGER, ensure_roles
from cart.audit import run_audit
from cart.models import CartItem
from cart.services import add_product_to_cart, release_expired_holds
from delivery.deliver import deliver
from delivery.models import Delivery
from inventory.models import ProductVariant, StockMovement
from orders.models import DeliveryMethod, Order, Refund, RefundTax
from orders.services import mark_refund_sent, return_lines, ship_order
from orders.states import State
from orders.totals import TaxShare
from outbox.drain import drain
from outbox.models import OutboxRow
from outbox.registry import registry
from tests.support.databases import empty_database
from tests.support.ordering import order, pay
from tests.upgrade.dumps import VERSIONS, load

pytestmark = pytest.mark.django_db(transaction=True)

SINCE_1_0 = [file for file in VERSIONS if not file.stem.startswith("0.")]  # whose dumps have orders
_OF_DJANGO = {"django_content_type", "auth_permission", "auth_group_permissions", "django_migrations"}

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


def rows_of_each_table() -> Counter[str]:
    """How many rows each table has. Those that Django keeps of itself follow the code, not the shop."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name not in _OF_DJANGO]
    return Counter({table: scalar(f'SELECT count(*) FROM public."{table}"') for table in tables})  # noqa: S608


def permissions() -> set[tuple[str, str]]:
    return set(Permission.objects.values_list("content_type__app_label", "codename"))


def roles() -> dict[str, set[tuple[str, str]]]:
    groups = Group.objects.filter(name__in=(CLERK, MANAGER))
    may = ("permissions__content_type__app_label", "permissions__codename")
    return {group.name: set(Group.objects.filter(pk=group.pk).values_list(*may)) for group in groups}


def drain_all() -> None:
    for name in registry:
        drain(name)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda file: file.stem)
def test_a_shop_of_an_earlier_version_goes_on_as_this_one(version: Path, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["shop.accounts.hashing.BoundedHasher"]  # not the quick one of tests
    ensure_roles()
    of_this_version, permissions_of_this_version, roles_of_this_version = schema(), permissions(), roles()
    with empty_database():
        load(version)
        before = rows_of_each_table()
        on_hand = scalar("SELECT sum(stock_quantity + reserved_quantity) FROM inventory_productvariant")
        waiting = scalar("SELECT count(*) FROM workers_outboxrow WHERE NOT is_dead")
        assert min(on_hand, waiting) > 0
        call_command("migrate", verbosity=0)

        assert schema() ^ of_this_version == set()
        assert set(Order.objects.values_list("country", flat=True)) <= {"GB"}
        assert before - rows_of_each_table() == Counter()
        assert permissions() == permissions_of_this_version
        assert roles() == roles_of_this_version
        every_line_of_the_admin_log_finds_what_it_is_about()
        assert ProductVariant.objects.aggregate(all=Sum(F("stock_quantity") + F("reserved_quantity")))["all"] == on_hand
        assert run_audit().is_clean
        finishes_what_was_left()
        sells_to_the_customer_of_before()
        assert run_audit().is_clean
    connections["default"].ensure_connection()


def every_line_of_the_admin_log_finds_what_it_is_about() -> None:
    """A table that moved to another app took its content type along: else the log loses its links and its names."""
    for entry in LogEntry.objects.select_related("content_type"):
        assert entry.content_type is not None
        assert entry.get_edited_object()


def finishes_what_was_left() -> None:
    """Rows, e-mails and holds that the earlier version wrote and left."""
    recorded, unsent = AnalyticsEvent.objects.count(), Delivery.objects.unsent().filter(is_dead=False).count()
    expired = CartItem.objects.filter(reserved_quantity__gt=0, reserved_until__lte=Now()).count()
    drain_all()
    assert list(OutboxRow.objects.values_list("is_dead", flat=True)) == [True]
    assert AnalyticsEvent.objects.count() > recorded
    assert deliver("email") >= unsent
    assert not Delivery.objects.unsent().filter(is_dead=False).exists()
    assert release_expired_holds() == expired > 0


def sells_to_the_customer_of_before() -> None:
    """What she has held since before, and one thing more."""
    ada = User.objects.get(username="ada")
    assert ada.check_password("a password of nobody")
    held = CartItem.objects.filter(cart__user=ada, cart__status="open", reserved_quantity=F("quantity")).count()
    assert held > 1
    sold = StockMovement.objects.filter(kind=StockMovement.Kind.SALE).count()
    cart = add_product_to_cart(ada, ProductVariant.objects.get(sku="20004A").pk, 2)
    placed = order(cart, DeliveryMethod.objects.earliest("pk"))
    pay(placed)
    assert placed.state == State.PAID
    drain_all()
    assert StockMovement.objects.filter(kind=StockMovement.Kind.SALE).count() == sold + held + 1


def all_units_one_by_one(order: Order) -> Iterator[dict[int, int]]:
    for line in order.lines.all():
        yield from [{line.pk: 1}] * line.kept_quantity


@pytest.mark.parametrize("version", SINCE_1_0, ids=lambda file: file.stem)
def test_an_earlier_shop_pays_back_what_it_owed_and_sends_what_was_paid(version: Path) -> None:
    """Orders, payments and refunds of before, and a role of the shop's own making."""
    with empty_database():
        load(version)
        call_command("migrate", verbosity=0)
        boss = User.objects.get(username="boss")
        for due in Refund.objects.filter(sent_at__isnull=True):
            assert mark_refund_sent(refund_id=due.pk, actor=boss)
        paid = Order.objects.filter(state=State.PAID).earliest("pk")
        assert ship_order(order_id=paid.pk, actor=boss).state == State.SHIPPED
        unpaid = Order.objects.filter(state=State.PLACED).earliest("pk")
        pay(unpaid)
        assert unpaid.state == State.PAID
        for order in Order.objects.all():
            assert order.totals.taxes == (TaxShare(order.tax_rate, order.total, order.tax),)
        for units in all_units_one_by_one(unpaid):
            return_lines(order_id=unpaid.pk, units=units, reason="too old", actor=boss)
        taxes = RefundTax.objects.filter(refund__order=unpaid)
        assert taxes.aggregate(gross=Sum("gross"), tax=Sum("tax")) == {"gross": unpaid.total, "tax": unpaid.tax}
        drain_all()
        assert Delivery.objects.filter(dedupe_key__startswith=f"order_shipped:{paid.pk}:").exists()
        own_role = set(Group.objects.get(name="Bookkeeper").permissions.values_list("codename", flat=True))
        assert own_role == {"view_order", "view_analyticsevent", "view_delivery"}
        assert run_audit().is_clean
    connections["default"].ensure_connection()
