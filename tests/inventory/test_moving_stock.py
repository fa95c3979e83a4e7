"""`move_stock`: what it writes, and what it refuses. What people decide on its page is in `tests/cart`."""

import pytest
from django.db import IntegrityError, transaction

from inventory.errors import InvalidMovement, ProductHasVariants, StockWouldBeNegative, VariantUnavailable
from inventory.models import ProductVariant, StockMovement
from inventory.services import delete_product, move_stock
from tests.support.shopping import nothing_changes, stock

pytestmark = pytest.mark.django_db

Kind = StockMovement.Kind


def test_units_and_their_line_in_the_ledger_are_written(variant: ProductVariant) -> None:
    movement = move_stock(variant_id=variant.pk, delta=-3, kind=Kind.ADJUSTMENT, reason="Broken", cause="test")
    assert stock(variant) == (7, 0)
    assert (movement.delta, movement.balance_after, movement.reason, movement.cause) == (-3, 7, "Broken", "test")


@pytest.mark.parametrize(
    ("delta", "reason", "code"),
    [
        (0, "Counted", "nothing_moves"),
        (1, "", "reason"),
        (1, "  ", "reason"),
        (1, "x" * 201, "reason"),
        (1, "Two\nlines", "reason"),
        (1, "Turned\u202e", "reason"),
        (2**31 - 1, "A slip of the hand", "too_many"),
    ],
)
def test_a_movement_without_sense_is_refused(variant: ProductVariant, delta: int, reason: str, code: str) -> None:
    with nothing_changes(), pytest.raises(InvalidMovement) as refusal:
        move_stock(variant_id=variant.pk, delta=delta, kind=Kind.ADJUSTMENT, reason=reason)
    assert refusal.value.code == code


def test_a_count_may_find_what_was_expected(variant: ProductVariant) -> None:
    movement = move_stock(variant_id=variant.pk, delta=0, kind=Kind.COUNT, reason="Stocktake")
    assert (movement.delta, movement.balance_after) == (0, 10)


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.COUNT, Kind.CORRECTION}))
def test_the_database_refuses_any_other_movement_of_nothing(variant: ProductVariant, kind: str) -> None:
    with pytest.raises(IntegrityError, match="delta_not_zero"), transaction.atomic():
        StockMovement.objects.create(variant=variant, kind=kind, delta=0, balance_after=10, reason="x")


def test_no_more_is_taken_than_is_free(variant: ProductVariant) -> None:
    with nothing_changes(), pytest.raises(StockWouldBeNegative):
        move_stock(variant_id=variant.pk, delta=-11, kind=Kind.ADJUSTMENT, reason="Broken")


def test_a_variant_that_is_not_there_is_refused(variant: ProductVariant) -> None:
    with nothing_changes(), pytest.raises(VariantUnavailable):
        move_stock(variant_id=variant.pk + 1, delta=1, kind=Kind.ADJUSTMENT, reason="Found")


def test_a_product_with_variants_is_not_deleted(variant: ProductVariant) -> None:
    with nothing_changes(), pytest.raises(ProductHasVariants):
        delete_product(product=variant.product)
