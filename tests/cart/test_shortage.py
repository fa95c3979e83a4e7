"""Honest refusals: only so many left, sold out, or all in other carts until a moment that is named."""

import re
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cart.owners import Owner
from cart.services import reclaim_line, release_expired_holds
from inventory.errors import InsufficientStock
from inventory.models import ProductVariant
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.shopping import add, expire, held, nothing_changes

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


def refusal_of(guest: Owner, variant: ProductVariant, quantity: int, key: str | None = None) -> InsufficientStock:
    with nothing_changes(), pytest.raises(InsufficientStock) as refusal:
        add(guest, variant, quantity, key)
    return refusal.value


@pytest.fixture
def other() -> Owner:
    """Another guest."""
    return Owner(guest_token=uuid.uuid4())


def test_only_n_left(guest: Owner, make_variant: MakeVariant) -> None:
    refusal = refusal_of(guest, make_variant(3), 4)
    assert (refusal.code, refusal.available, refusal.requested) == ("only_n_left", 3, 4)
    assert refusal.first_hold_ends is None
    assert refusal.messages == ["Only 3 units available in stock."]


def test_it_is_the_validation_error_of_the_specification(guest: Owner, make_variant: MakeVariant) -> None:
    with pytest.raises(ValidationError, match=r"Only 1 unit available in stock\."):
        add(guest, make_variant(1), 2)


def test_sold_out(guest: Owner, make_variant: MakeVariant) -> None:
    refusal = refusal_of(guest, make_variant(0), 1)
    assert (refusal.code, refusal.available, refusal.first_hold_ends) == ("sold_out", 0, None)
    assert refusal.messages == ["Only 0 units available in stock."]


def test_all_in_carts_until_the_first_hold_ends(guest: Owner, other: Owner, variant: ProductVariant) -> None:
    first = held(other, variant, 4)
    held(Owner(guest_token=uuid.uuid4()), variant, 6)
    refusal = refusal_of(guest, variant, 1)
    assert (refusal.code, refusal.available, refusal.first_hold_ends) == ("all_in_carts", 0, first.reserved_until)


def test_only_n_left_while_others_hold_some(guest: Owner, other: Owner, variant: ProductVariant) -> None:
    line = held(other, variant, 8)
    refusal = refusal_of(guest, variant, 3)
    assert (refusal.code, refusal.available, refusal.first_hold_ends) == ("only_n_left", 2, line.reserved_until)


def test_the_shoppers_own_hold_is_not_in_other_carts(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 10)
    assert refusal_of(guest, variant, 1).code == "sold_out"


def test_run_out_holds_of_others_count_as_free(guest: Owner, other: Owner, variant: ProductVariant) -> None:
    expire(held(other, variant, 8))
    refusal = refusal_of(guest, variant, 11)
    assert (refusal.code, refusal.available, refusal.first_hold_ends) == ("only_n_left", 10, None)


def test_a_run_out_line_asks_for_all_its_units(guest: Owner, other: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    expire(line)
    release_expired_holds()
    add(other, variant, 9)
    with nothing_changes(), pytest.raises(InsufficientStock) as refusal:
        reclaim_line(owner=guest, item_id=line.pk)
    assert (refusal.value.available, refusal.value.requested) == (1, 3)


def test_a_refusal_locks_no_variant_where_that_cannot_help(guest: Owner, other: Owner, variant: ProductVariant) -> None:
    add(other, variant, 10)
    with CaptureQueriesContext(connection) as statements, pytest.raises(InsufficientStock):
        add(guest, variant)
    asked = "; ".join(row["sql"] for row in statements.captured_queries)
    assert not re.search(r"inventory_productvariant[^;]*FOR NO KEY UPDATE", asked)
    assert "UPDATE inventory_productvariant" not in asked


class TestCountingShortages:
    @pytest.fixture(autouse=True)
    def none_so_far(self, db: None) -> None:
        OutboxRow.objects.all().delete()

    def test_a_shortage_is_recorded_after_the_rollback(self, guest: Owner, make_variant: MakeVariant) -> None:
        variant = make_variant(3)
        refusal_of(guest, variant, 4)
        event = OutboxRow.objects.get(effect="record_analytics").payload
        assert (event["name"], event["variant_id"]) == ("stock_shortage", variant.pk)
        assert event["data"] == {"asked": 4, "free": 3, "got": 0, "held_by_others": False}

    def test_repeats_of_one_request_are_one_shortage(self, guest: Owner, make_variant: MakeVariant) -> None:
        variant = make_variant(3)
        refusal_of(guest, variant, 4, key="k")
        refusal_of(guest, variant, 4, key="k")
        ids = {row.payload["event_id"] for row in OutboxRow.objects.filter(effect="record_analytics")}
        assert len(ids) == 1
