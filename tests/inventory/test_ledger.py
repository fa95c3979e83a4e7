"""The ledger and the history of prices are only ever added to: the database refuses anything else."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from inventory.models import DRILL_NUMBER, PriceChange, Product, ProductVariant, StockMovement
from inventory.services import move_stock

pytestmark = pytest.mark.django_db

migration = import_module("inventory.migrations.0009_append_only")
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


@pytest.mark.parametrize(
    ("number", "is_listed", "may_go"),
    [(DRILL_NUMBER, False, True), (DRILL_NUMBER, True, False), ("12345", False, False)],
)
def test_only_the_ledger_of_the_drill_may_go(
    variant: ProductVariant, number: str, is_listed: bool, may_go: bool
) -> None:
    Product.objects.filter(pk=variant.product_id).update(number=number, is_listed=is_listed)
    if may_go:
        assert StockMovement.objects.filter(variant=variant).delete()[0] == 1
    else:
        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            StockMovement.objects.filter(variant=variant).delete()


def test_not_even_the_drill_rewrites_its_ledger(variant: ProductVariant) -> None:
    Product.objects.filter(pk=variant.product_id).update(number=DRILL_NUMBER, is_listed=False)
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        StockMovement.objects.update(reason="rewritten")


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
