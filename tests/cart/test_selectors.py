"""What pages ask: what a shopper could still take, and what is in their cart."""

import uuid
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cart import selectors as asking
from cart.owners import Owner
from cart.selectors import available_to, cart_contents, cart_summary, free_units, variants_on_sale
from cart.services import close_abandoned_carts, merge_guest_cart, release_expired_holds
from inventory.models import Product, ProductVariant
from tests.conftest import MakeVariant
from tests.support.shopping import add, expire, held, leave


@pytest.fixture
def other() -> Owner:
    """Another guest."""
    return Owner(guest_token=uuid.uuid4())


def available(variant: ProductVariant, owner: Owner | None) -> int:
    (found,) = variants_on_sale([variant.product_id], owner)
    return int(found.available)  # type: ignore[attr-defined]


class TestVariantsOnSale:
    def test_run_out_holds_of_others_count_as_free(self, guest: Owner, other: Owner, variant: ProductVariant) -> None:
        expire(held(other, variant, 4))
        add(Owner(guest_token=uuid.uuid4()), variant, 3)
        assert available(variant, guest) == 7
        assert available(variant, None) == 7

    def test_the_shoppers_own_run_out_hold_does_not(self, guest: Owner, variant: ProductVariant) -> None:
        expire(held(guest, variant, 4))
        assert available(variant, guest) == 6

    def test_what_is_available_can_be_added(self, guest: Owner, other: Owner, variant: ProductVariant) -> None:
        expire(held(guest, variant, 2))
        expire(held(other, variant, 4))
        add(guest, variant, available(variant, guest))
        assert available(variant, guest) == 0

    def test_a_swept_hold_is_not_counted_twice(self, guest: Owner, other: Owner, variant: ProductVariant) -> None:
        expire(held(other, variant, 4))
        release_expired_holds()
        assert available(variant, guest) == 10

    def test_a_variant_that_is_no_longer_sold_is_not_among_them(self, make_variant: MakeVariant) -> None:
        variant = make_variant(is_active=False)
        assert variants_on_sale([variant.product_id], None) == []

    def test_of_a_product_that_is_not_listed_none_is(self, variant: ProductVariant, guest: Owner) -> None:
        Product.objects.update(is_listed=False)
        assert variants_on_sale([variant.product_id], guest) == []

    def test_own_is_the_cart_that_is_open(self, guest: Owner, variant: ProductVariant) -> None:
        leave(add(guest, variant, 2))
        close_abandoned_carts()
        expire(held(guest, variant, 4))
        assert available(variant, guest) == 6

    def test_they_come_by_sku_with_when_the_first_hold_of_others_ends(
        self, guest: Owner, other: Owner, make_variant: MakeVariant
    ) -> None:
        ours, theirs, ended = make_variant(), make_variant(), make_variant()
        held(guest, ours)
        live = held(other, theirs)
        held(Owner(guest_token=uuid.uuid4()), theirs)
        expire(held(other, ended))
        found = variants_on_sale([ended.product_id, theirs.product_id, ours.product_id], guest)
        ends = {one.sku: one.first_hold_ends for one in found}  # type: ignore[attr-defined]
        assert ends == {ours.sku: None, theirs.sku: live.reserved_until, ended.sku: None}
        assert list(ends) == sorted(ends)

    def test_any_number_of_variants_is_one_query(self, guest: Owner, other: Owner, make_variant: MakeVariant) -> None:
        goods = [make_variant() for _ in range(3)]
        for variant in goods:
            expire(held(other, variant))
        with CaptureQueriesContext(connection) as statements:
            found = variants_on_sale([variant.product_id for variant in goods], guest)
        assert [variant.available for variant in found] == [10] * 3  # type: ignore[attr-defined]
        assert len(statements) == 1


class TestFreeUnits:
    def test_tells_stock_run_out_holds_and_the_first_end_apart(
        self, guest: Owner, other: Owner, variant: ProductVariant
    ) -> None:
        cart = add(guest, variant, 1)
        expire(held(other, variant, 2))
        live = held(Owner(guest_token=uuid.uuid4()), variant, 3)
        held(Owner(guest_token=uuid.uuid4()), variant, 1)
        free = free_units(variant_id=variant.pk, for_cart_id=cart.pk)
        assert free is not None
        assert (free.in_stock, free.expired, free.first_hold_ends) == (3, 2, live.reserved_until)

    def test_knows_nothing_of_a_variant_that_is_not_sold(self, make_variant: MakeVariant) -> None:
        assert free_units(variant_id=make_variant(is_active=False).pk, for_cart_id=0) is None

    def test_tells_no_end_of_the_next_variants_holds(self, make_variant: MakeVariant, other: Owner) -> None:
        variant, following = make_variant(0), make_variant(5)
        held(other, following, 1)
        free = free_units(variant_id=variant.pk, for_cart_id=0)
        assert free is not None
        assert free.first_hold_ends is None

    def test_walks_no_live_hold_of_another_variant(self, make_variant: MakeVariant) -> None:
        """Thousands hold the one that is sold out; the planner knows, but not of who came since and whose holds end."""
        sold_out, other = make_variant(0), make_variant(0)
        hold_units(sold_out, carts=3000, hours=24)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE cart_cartitem")
        hold_units(other, carts=300, hours=1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN (ANALYZE) {asking._FREE_UNITS_FOR}", {"variant_id": sold_out.pk, "cart_id": 0})
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Rows Removed by Filter" not in plan


def hold_units(variant: ProductVariant, *, carts: int, hours: int) -> None:
    """So many guests with a unit each, held for so long."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO cart_cart (guest_token, status, version, totals_version, total_price)
                SELECT gen_random_uuid(), 'open', 1, 0, 0 FROM generate_series(1, %s) RETURNING id)
            INSERT INTO cart_cartitem
                   (cart_id, product_variant_id, quantity, price, reserved_quantity, reserved_until, hold_extensions)
            SELECT id, %s, 1, 3, 1, clock_timestamp() + %s * interval '1 hour', 0 FROM made
            """,
            [carts, variant.pk, hours],
        )


class TestCartContents:
    def test_marks_what_is_held(self, guest: Owner, make_variant: MakeVariant) -> None:
        lines = [held(guest, make_variant()) for _ in range(3)]
        expire(lines[1])
        contents = cart_contents(guest)
        assert [bool(line.is_held) for line in contents.lines] == [True, False, True]  # type: ignore[attr-defined]
        assert contents.hold_ends == lines[0].reserved_until

    def test_is_one_query_with_the_names_of_the_goods(self, guest: Owner, make_variant: MakeVariant) -> None:
        for _ in range(3):
            add(guest, make_variant())
        with CaptureQueriesContext(connection) as statements:
            assert [line.product_variant.product.name for line in cart_contents(guest).lines]
        assert len(statements) == 1

    def test_is_empty_without_a_cart(self, guest: Owner, db: None) -> None:
        contents = cart_contents(guest)
        assert (contents.lines, contents.total, contents.hold_ends) == ([], Decimal(0), None)

    def test_is_empty_of_a_merged_cart(self, guest: Owner, variant: ProductVariant, django_user_model: type) -> None:
        add(guest, variant)
        user = django_user_model.objects.create_user("ada")  # type: ignore[attr-defined]
        assert guest.guest_token is not None
        merge_guest_cart(user_id=user.pk, guest_token=guest.guest_token)
        assert cart_contents(guest).lines == []
        assert cart_summary(Owner(user_id=user.pk)).units == 1


class TestCartSummary:
    def test_counts_units_and_their_total_in_one_query(self, guest: Owner, make_variant: MakeVariant) -> None:
        add(guest, make_variant(price="2.00"), 2)
        add(guest, make_variant(price="3.00"), 3)
        with CaptureQueriesContext(connection) as statements:
            summary = cart_summary(guest)
        assert (summary.units, summary.total) == (5, Decimal("13.00"))
        assert len(statements) == 1

    def test_is_nothing_without_a_cart(self, guest: Owner, db: None) -> None:
        assert cart_summary(guest).units == 0

    def test_is_of_the_cart_that_is_open(self, guest: Owner, variant: ProductVariant) -> None:
        leave(add(guest, variant, 2))
        close_abandoned_carts()
        assert cart_summary(guest).units == 0
        add(guest, variant, 1)
        assert cart_summary(guest).units == 1


def test_a_unit_is_available_from_stock_or_from_expired_holds_of_others(
    guest: Owner, other: Owner, make_variant: MakeVariant
) -> None:
    free, sold_out, expired, live = (make_variant(stock) for stock in (1, 0, 1, 1))
    expire(held(other, expired))
    held(other, live)

    def available(owner: Owner | None) -> set[ProductVariant]:
        return set(ProductVariant.objects.filter(available_to(owner)))

    assert available(guest) == available(None) == {free, expired}
    assert available(other) == {free}
    assert sold_out not in available(guest)
