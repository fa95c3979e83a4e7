"""The ledger and the history of prices are only ever added to: the database refuses anything else."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from inventory.models import PriceChange, Product, ProductVariant, StockMovement
from inventory.services import move_stock
from tests.conftest import MakeVariant

pytestmark = pytest.mark.django_db

migration = import_module("inventory.migrations.0009_append_only")
without_exception = import_module("inventory.migrations.0014_ledger_without_exception")
REFUSED = "are never changed or deleted"

_ATTEMPTS: dict[str, Callable[[Any], object]] = {
    "update": lambda rows: rows.update(cause="rewritten"),
    "delete": lambda rows: rows.delete(),
    "raw delete": lambda rows: rows._raw_delete(rows.db),
    "save": lambda rows: rows.get().save(),
    "plain sql": lambda rows: connection.cursor().execute(f"DELETE FROM {rows.model._meta.db_table}"),  # noqa: S608 - ours
}


@pytest.fixture
def history(variant: ProductVariant) -> None:
    """A movement (the opening one) and a change of price."""
    PriceChange.objects.create(variant=variant, old_price=2, new_price=3)


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("model", [StockMovement, PriceChange], ids=lambda model: model.__name__)
@pytest.mark.parametrize("attempt", _ATTEMPTS)
def test_a_line_stays_as_it_was_written(model: Any, attempt: str) -> None:
    before = list(model.objects.values())
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        _ATTEMPTS[attempt](model.objects.all())
    assert list(model.objects.values()) == before


@pytest.fixture
def left_by_a_drill(variant: ProductVariant) -> ProductVariant:
    """What a killed drill of version 1.0 left behind, and its ledger could be deleted then."""
    Product.objects.filter(pk=variant.product_id).update(number="OVERSELL-DRILL", is_listed=False)
    return variant


def test_no_product_is_an_exception(left_by_a_drill: ProductVariant) -> None:
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        left_by_a_drill.movements.all().delete()


def test_an_upgrade_takes_what_a_drill_left_off_sale(
    left_by_a_drill: ProductVariant, make_variant: MakeVariant
) -> None:
    goods = make_variant()
    with connection.cursor() as cursor:
        cursor.execute(without_exception.TAKE_OFF_SALE)
    assert list(ProductVariant.objects.filter(is_active=True)) == [goods]


def test_the_exception_comes_back_only_with_the_migration_undone(left_by_a_drill: ProductVariant) -> None:
    with connection.cursor() as cursor:
        cursor.execute(without_exception.EXCEPT_A_DRILL)
        assert left_by_a_drill.movements.all().delete()[0] == 1
        cursor.execute(without_exception.REFUSE)


def test_the_migration_goes_back_and_forth(variant: ProductVariant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.ALLOW)
        StockMovement.objects.update(reason="rewritten")
        cursor.execute(migration.REFUSE)
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        StockMovement.objects.update(reason="rewritten again")


def test_a_wrong_line_is_put_right_by_another(variant: ProductVariant) -> None:
    move_stock(variant_id=variant.pk, delta=5, kind=StockMovement.Kind.RECEIPT, reason="Delivery")
    move_stock(variant_id=variant.pk, delta=-5, kind=StockMovement.Kind.ADJUSTMENT, reason="There was none")
    assert list(variant.movements.values_list("delta", "balance_after")) == [(-5, 10), (5, 15), (10, 10)]
