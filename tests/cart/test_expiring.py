"""The sweeps: holds that ran out, carts that were left, keys of yesterday."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from cart.models import Cart, CartItem, IdempotencyKey
from cart.owners import Owner
from cart.services import close_abandoned_carts, drop_old_keys, release_expired_holds
from inventory.errors import InsufficientStock
from inventory.models import ProductVariant
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.shopping import add, expire, held, hold, leave, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


class TestSweepingHolds:
    def test_gives_the_units_back_and_leaves_the_line_marked(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        expire(line)
        assert release_expired_holds() == 1
        assert stock(variant) == (10, 0)
        assert hold(line) == (3, 0)
        assert (line.reserved_until, line.hold_extensions) == (None, 0)

    def test_leaves_live_holds(self, guest: Owner, variant: ProductVariant) -> None:
        add(guest, variant, 3)
        with nothing_changes():
            assert release_expired_holds() == 0

    def test_gives_back_once(self, guest: Owner, variant: ProductVariant) -> None:
        expire(held(guest, variant, 3))
        assert [release_expired_holds(), release_expired_holds()] == [1, 0]
        assert stock(variant) == (10, 0)

    def test_sums_the_lines_of_one_variant(self, variant: ProductVariant, make_variant: MakeVariant) -> None:
        other = make_variant(5)
        shoppers = [Owner(guest_token=uuid.uuid4()) for _ in range(3)]
        expire(*[held(shopper, variant, 2) for shopper in shoppers], held(shoppers[0], other, 5))
        assert release_expired_holds() == 4
        assert (stock(variant), stock(other)) == ((10, 0), (5, 0))

    def test_gives_back_units_of_what_is_no_longer_sold(self, guest: Owner, variant: ProductVariant) -> None:
        expire(held(guest, variant, 3))
        ProductVariant.objects.update(is_active=False)
        release_expired_holds()
        assert stock(variant) == (10, 0)

    def test_says_that_stock_changed(self, guest: Owner, variant: ProductVariant) -> None:
        expire(held(guest, variant, 3))
        OutboxRow.objects.all().delete()
        release_expired_holds()
        assert OutboxRow.objects.get(effect="check_low_stock").key == str(variant.pk)

    def test_goes_on_batch_by_batch(
        self, variant: ProductVariant, make_variant: MakeVariant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cart.services.sweeps._BATCH", 2)
        expire(*[held(Owner(guest_token=uuid.uuid4()), variant) for _ in range(5)])
        assert release_expired_holds() == 5
        assert stock(variant) == (10, 0)

    def test_costs_a_few_statements_a_batch(self, variant: ProductVariant) -> None:
        """Clock, lines, variants, marks, outbox twice (stock, events), inside a savepoint; then the empty batch."""
        expire(*[held(Owner(guest_token=uuid.uuid4()), variant) for _ in range(5)])
        with CaptureQueriesContext(connection) as statements:
            release_expired_holds()
        assert len(statements) <= 12, statements.captured_queries


class TestExpiryWithoutASweep:
    def test_an_add_takes_run_out_units_of_another_cart(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(Owner(guest_token=uuid.uuid4()), variant, 10)
        expire(line)
        assert hold(held(guest, variant, 4)) == (4, 4)
        assert stock(variant) == (6, 4)
        assert hold(line) == (10, 0)

    def test_an_add_releases_all_that_ran_out(self, guest: Owner, variant: ProductVariant) -> None:
        lines = [held(Owner(guest_token=uuid.uuid4()), variant, 5) for _ in range(2)]
        expire(*lines)
        add(guest, variant, 6)
        assert [hold(line) for line in lines] == [(5, 0), (5, 0)]
        assert stock(variant) == (4, 6)

    def test_run_out_units_are_left_where_free_ones_are_enough(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(Owner(guest_token=uuid.uuid4()), variant, 5)
        expire(line)
        add(guest, variant, 5)
        assert hold(line) == (5, 5)

    def test_a_live_hold_is_never_taken(self, guest: Owner, variant: ProductVariant) -> None:
        expire(held(Owner(guest_token=uuid.uuid4()), variant, 5))
        add(Owner(guest_token=uuid.uuid4()), variant, 5)
        with nothing_changes(), pytest.raises(InsufficientStock) as refusal:
            add(guest, variant, 6)
        assert refusal.value.available == 5

    def test_live_holds_stay_where_run_out_ones_are_taken(self, guest: Owner, variant: ProductVariant) -> None:
        expire(held(Owner(guest_token=uuid.uuid4()), variant, 5))
        live = held(Owner(guest_token=uuid.uuid4()), variant, 5)
        add(guest, variant, 5)
        assert hold(live) == (5, 5)
        assert stock(variant) == (0, 10)

    def test_the_shoppers_own_run_out_units_are_not_released_to_themselves(
        self, guest: Owner, variant: ProductVariant
    ) -> None:
        line, other = held(guest, variant, 3), held(Owner(guest_token=uuid.uuid4()), variant, 7)
        expire(line, other)
        add(guest, variant, 2)
        assert hold(line) == (5, 5)
        assert hold(other) == (7, 0)
        assert stock(variant) == (5, 5)

    def test_that_stock_changed_is_said(self, guest: Owner, variant: ProductVariant) -> None:
        expire(held(Owner(guest_token=uuid.uuid4()), variant, 10))
        OutboxRow.objects.all().delete()
        add(guest, variant, 4)
        assert OutboxRow.objects.filter(effect="check_low_stock", key=str(variant.pk)).count() == 2


class TestClosingAbandonedCarts:
    def test_leaves_an_old_cart_that_was_touched_since(self, guest: Owner, variant: ProductVariant) -> None:
        cart = add(guest, variant, 3)
        leave(cart)
        add(guest, variant)
        assert close_abandoned_carts() == 0

    def test_closes_a_guests_cart_and_gives_back_what_it_held(self, guest: Owner, variant: ProductVariant) -> None:
        cart = add(guest, variant, 3)
        leave(cart)
        assert close_abandoned_carts() == 1
        cart.refresh_from_db()
        assert cart.status == "abandoned"
        assert hold(cart.items.get()) == (3, 0)
        assert stock(variant) == (10, 0)

    def test_leaves_a_cart_that_was_touched(self, guest: Owner, variant: ProductVariant) -> None:
        leave(add(guest, variant, 3), days=13)
        with nothing_changes():
            assert close_abandoned_carts() == 0

    def test_leaves_a_customers_cart(self, variant: ProductVariant, make_user: Callable[[], User]) -> None:
        leave(add(Owner(user_id=make_user().pk), variant, 3))
        with nothing_changes():
            assert close_abandoned_carts() == 0

    def test_the_guest_may_start_again(self, guest: Owner, variant: ProductVariant) -> None:
        leave(add(guest, variant, 3))
        close_abandoned_carts()
        assert add(guest, variant, 2).items.get().quantity == 2
        assert Cart.objects.count() == 2

    def test_goes_on_batch_by_batch(self, variant: ProductVariant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cart.services.sweeps._BATCH", 2)
        for _ in range(5):
            leave(add(Owner(guest_token=uuid.uuid4()), variant))
        assert close_abandoned_carts() == 5
        assert stock(variant) == (10, 0)


def test_keys_of_yesterday_are_dropped_and_those_of_today_are_kept(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, key="old")
    IdempotencyKey.objects.update(created_at=Now() - timedelta(hours=25))
    add(guest, variant, key="new")
    assert drop_old_keys() == 1
    assert IdempotencyKey.objects.get().key == "new"
    assert CartItem.objects.get().quantity == 2
