"""Lines saved and deleted from a shell: the signal handlers keep every rule that the services keep, or refuse."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from cart.errors import CartClosed, InvalidQuantity, LineMoved
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import merge_guest_cart, release_expired_holds, remove_line, set_line_quantity
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.models import ProductVariant, StockMovement
from inventory.services import move_stock
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.shopping import add, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


@pytest.fixture
def cart(guest: Owner) -> Cart:
    """An open cart without lines."""
    return Cart.objects.create(guest_token=guest.guest_token)


class TestCreating:
    def test_takes_the_units_and_starts_a_hold(self, cart: Cart, variant: ProductVariant) -> None:
        line = CartItem(cart=cart, product_variant=variant, quantity=3)
        line.save()
        assert stock(variant) == (7, 3)
        assert hold(line) == (3, 3)
        assert line.reserved_until is not None
        assert line.price == variant.price

    def test_keeps_a_price_that_was_given(self, cart: Cart, variant: ProductVariant) -> None:
        line = CartItem.objects.create(cart=cart, product_variant=variant, quantity=1, price=Decimal("1.00"))
        assert line.price == Decimal("1.00")

    def test_counts_a_change_of_the_cart(self, cart: Cart, variant: ProductVariant) -> None:
        CartItem.objects.create(cart=cart, product_variant=variant, quantity=1)
        cart.refresh_from_db()
        assert cart.version == 1

    def test_is_announced_as_an_add(self, cart: Cart, variant: ProductVariant) -> None:
        CartItem.objects.create(cart=cart, product_variant=variant, quantity=3)
        assert OutboxRow.objects.get(effect="record_analytics").payload["quantity"] == 3

    def test_never_believes_a_hold_that_the_instance_claims(self, cart: Cart, variant: ProductVariant) -> None:
        line = CartItem(cart=cart, product_variant=variant, quantity=2, reserved_quantity=9, hold_extensions=9)
        line.save()
        assert stock(variant) == (8, 2)
        assert hold(line) == (2, 2)
        assert line.hold_extensions == 0

    def test_refuses_more_than_is_free(self, cart: Cart, variant: ProductVariant) -> None:
        with nothing_changes(), pytest.raises(InsufficientStock), transaction.atomic():
            CartItem(cart=cart, product_variant=variant, quantity=11).save()

    @pytest.mark.parametrize("quantity", [0, -1, "2", 1.5, None, True, 2**31])
    def test_refuses_what_is_no_number_of_units(self, cart: Cart, variant: ProductVariant, quantity: Any) -> None:
        with nothing_changes(), pytest.raises(InvalidQuantity), transaction.atomic():
            CartItem(cart=cart, product_variant=variant, quantity=quantity).save()

    def test_refuses_an_inactive_variant(self, cart: Cart, make_variant: MakeVariant) -> None:
        variant = make_variant(5, is_active=False)
        with nothing_changes(), pytest.raises(VariantUnavailable), transaction.atomic():
            CartItem(cart=cart, product_variant=variant, quantity=1).save()

    @pytest.mark.parametrize("status", [Cart.Status.MERGED, Cart.Status.ABANDONED])
    def test_refuses_a_cart_that_is_closed(self, cart: Cart, variant: ProductVariant, status: str) -> None:
        Cart.objects.filter(pk=cart.pk).update(status=status)
        with nothing_changes(), pytest.raises(CartClosed), transaction.atomic():
            CartItem(cart=cart, product_variant=variant, quantity=1).save()

    def test_refuses_a_second_line_of_one_variant(self, guest: Owner, variant: ProductVariant) -> None:
        cart = add(guest, variant)
        with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic():
            CartItem(cart=cart, product_variant=variant, quantity=1).save()

    def test_takes_run_out_units_of_another_cart(self, cart: Cart, make_variant: MakeVariant) -> None:
        variant = make_variant(2)
        line = held(Owner(guest_token=uuid.uuid4()), variant, 2)
        expire(line)
        CartItem(cart=cart, product_variant=variant, quantity=1).save()
        assert stock(variant) == (1, 1)
        assert hold(line) == (2, 0)

    def test_undoes_a_removal(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        removed = remove_line(owner=guest, item_id=line.pk)
        removed.save()
        assert stock(variant) == (7, 3)


class TestChanging:
    @pytest.mark.parametrize(("quantity", "left"), [(5, (5, 5)), (1, (9, 1)), (3, (7, 3))])
    def test_moves_exactly_the_difference(
        self, guest: Owner, variant: ProductVariant, quantity: int, left: tuple[int, int]
    ) -> None:
        line = held(guest, variant, 3)
        line.quantity = quantity
        line.save()
        assert stock(variant) == left
        assert hold(line) == (quantity, quantity)

    def test_never_prolongs_the_hold(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        ends = line.reserved_until
        line.quantity, line.reserved_until = 4, None
        line.save()
        line.refresh_from_db()
        assert line.reserved_until == ends

    def test_counts_a_change_of_the_cart(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        line.price = Decimal("0.50")
        line.save()
        assert Cart.objects.get().version == 2

    def test_in_part_writes_the_hold_too(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        line.quantity = 4
        line.save(update_fields=["quantity"])
        assert stock(variant) == (6, 4)
        assert hold(line) == (4, 4)

    def test_in_part_without_the_quantity_moves_nothing(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        line.quantity, line.price = 9, Decimal("0.50")
        line.save(update_fields=["price"])
        assert stock(variant) == (7, 3)
        assert hold(line) == (3, 3)
        assert line.price == Decimal("0.50")

    @pytest.mark.parametrize("loaded", [["quantity"], ["quantity", "reserved_until"], ["price", "quantity"]])
    def test_of_a_line_that_was_loaded_in_part(self, guest: Owner, variant: ProductVariant, loaded: list[str]) -> None:
        pk = held(guest, variant, 3).pk
        line = CartItem.objects.only(*loaded).get(pk=pk)
        line.quantity = 5
        line.save()
        assert stock(variant) == (5, 5)
        assert hold(CartItem.objects.get(pk=pk)) == (5, 5)

    def test_of_a_line_that_was_loaded_without_its_quantity(self, guest: Owner, variant: ProductVariant) -> None:
        line = CartItem.objects.defer("quantity").get(pk=held(guest, variant, 3).pk)
        line.price = Decimal("0.50")
        line.save()
        assert stock(variant) == (7, 3)

    @pytest.mark.parametrize("fields", [None, ["quantity"]])
    @pytest.mark.parametrize(("quantity", "costs"), [(5, "9.00"), (3, "3.00"), (1, "3.00")])
    def test_takes_units_at_the_price_of_now_and_gives_none_a_price_of_before(
        self, guest: Owner, variant: ProductVariant, quantity: int, costs: str, fields: list[str] | None
    ) -> None:
        """The instance was loaded at 2.50; since then the line has got another price, and the variant a third."""
        line = held(guest, variant, 2)
        ProductVariant.objects.update(price=Decimal("3.00"))
        add(guest, variant)
        ProductVariant.objects.update(price=Decimal("9.00"))
        line.quantity = quantity
        line.save(update_fields=fields)
        assert CartItem.objects.get().price == line.price == Decimal(costs)

    def test_gives_a_price_that_is_named(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        line.quantity, line.price = 4, Decimal("0.50")
        line.save(update_fields=["quantity", "price"])
        assert CartItem.objects.get().price == Decimal("0.50")

    def test_refuses_more_than_is_free(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        line.quantity = 11
        with nothing_changes(), pytest.raises(InsufficientStock), transaction.atomic():
            line.save()

    def test_refuses_an_expression(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        line.quantity = F("quantity") + 1
        with nothing_changes(), pytest.raises(InvalidQuantity), transaction.atomic():
            line.save()

    def test_refuses_a_cart_that_is_closed(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        expire(line)
        release_expired_holds()
        Cart.objects.update(status=Cart.Status.ABANDONED)
        with nothing_changes(), pytest.raises(CartClosed), transaction.atomic():
            line.save()

    def test_refuses_another_variant(self, guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
        line = held(guest, variant, 3)
        line.product_variant = make_variant(5)
        with nothing_changes(), pytest.raises(LineMoved), transaction.atomic():
            line.save()

    @pytest.mark.parametrize("fields", [None, ["quantity"], ["cart"]])
    def test_refuses_another_open_cart(self, guest: Owner, variant: ProductVariant, fields: list[str] | None) -> None:
        line = held(guest, variant, 3)
        line.cart, line.quantity = Cart.objects.create(guest_token=uuid.uuid4()), 4
        with nothing_changes(), pytest.raises(LineMoved), transaction.atomic():
            line.save(update_fields=fields)

    def test_refuses_to_raise_a_line_of_a_variant_that_is_no_longer_sold(
        self, guest: Owner, variant: ProductVariant
    ) -> None:
        line = held(guest, variant, 3)
        ProductVariant.objects.update(is_active=False)
        line.quantity = 4
        with nothing_changes(), pytest.raises(VariantUnavailable), transaction.atomic():
            line.save()

    def test_lowers_a_line_of_a_variant_that_is_no_longer_sold(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        ProductVariant.objects.update(is_active=False)
        line.quantity = 1
        line.save()
        assert stock(variant) == (9, 1)


class TestChangingARunOutLine:
    @pytest.mark.parametrize("was_swept", [False, True])
    @pytest.mark.parametrize("quantity", [1, 5])
    def test_never_takes_its_units_again(
        self, guest: Owner, variant: ProductVariant, quantity: int, was_swept: bool
    ) -> None:
        line = held(guest, variant, 3)
        expire(line)
        if was_swept:
            release_expired_holds()
        line.quantity = quantity
        line.save()
        assert stock(variant) == (10, 0)
        assert hold(line) == (quantity, 0)
        assert line.reserved_until is None

    def test_with_the_same_quantity_leaves_it_as_it_is(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        expire(line)
        line.save()
        assert stock(variant) == (7, 3)


class TestAStaleInstance:
    def test_never_brings_back_an_old_hold(self, guest: Owner, variant: ProductVariant) -> None:
        stale = held(guest, variant, 3)
        expire(stale)
        release_expired_holds()
        stale.save()
        assert stock(variant) == (10, 0)
        assert hold(stale) == (3, 0)

    def test_moves_the_difference_to_what_the_row_says(self, guest: Owner, variant: ProductVariant) -> None:
        stale = held(guest, variant, 3)
        set_line_quantity(owner=guest, item_id=stale.pk, quantity=8)
        stale.save()
        assert stock(variant) == (7, 3)

    def test_of_a_deleted_line_takes_its_units_anew(self, guest: Owner, variant: ProductVariant) -> None:
        stale = held(guest, variant, 3)
        remove_line(owner=guest, item_id=stale.pk)
        assert stock(variant) == (10, 0)
        stale.save()
        assert stock(variant) == (7, 3)

    def test_of_a_deleted_line_saved_in_part_is_refused(self, guest: Owner, variant: ProductVariant) -> None:
        stale = held(guest, variant, 3)
        remove_line(owner=guest, item_id=stale.pk)
        with nothing_changes(), pytest.raises(DatabaseError), transaction.atomic():
            stale.save(update_fields=["quantity"])

    def test_of_a_merged_cart_is_refused(
        self, guest: Owner, variant: ProductVariant, make_user: Callable[[], User]
    ) -> None:
        stale = held(guest, variant, 3)
        assert guest.guest_token is not None
        merge_guest_cart(user_id=make_user().pk, guest_token=guest.guest_token)
        with nothing_changes(), pytest.raises(CartClosed), transaction.atomic():
            stale.save()

    def test_of_a_merged_cart_is_deleted_where_its_row_is_now(
        self, guest: Owner, variant: ProductVariant, make_user: Callable[[], User]
    ) -> None:
        stale, user = held(guest, variant, 3), make_user()
        assert guest.guest_token is not None
        merge_guest_cart(user_id=user.pk, guest_token=guest.guest_token)
        stale.delete()
        assert stock(variant) == (10, 0)
        assert Cart.objects.get(user=user).version == 3  # opened, filled by the merge, emptied by the delete

    def test_of_a_deleted_line_deletes_nothing_again(self, guest: Owner, variant: ProductVariant) -> None:
        stale = held(guest, variant, 3)
        other = held(Owner(guest_token=uuid.uuid4()), variant, 2)
        remove_line(owner=guest, item_id=stale.pk)
        stale.delete()
        assert stock(variant) == (8, 2)
        assert hold(other) == (2, 2)

    def test_of_a_deleted_line_announces_no_units(self, cart: Cart, guest: Owner, variant: ProductVariant) -> None:
        stale = CartItem.objects.create(cart=cart, product_variant=variant, quantity=3)
        remove_line(owner=guest, item_id=stale.pk)
        OutboxRow.objects.all().delete()
        stale.delete()
        assert not OutboxRow.objects.filter(effect="record_analytics").exists()

    def test_of_a_variant_never_writes_old_stock(self, guest: Owner, variant: ProductVariant) -> None:
        add(guest, variant, 3)
        variant.name = "Blue"
        variant.save()
        assert stock(variant) == (7, 3)
        assert variant.name == "Blue"

    def test_of_a_cart_never_writes_an_old_total(self, guest: Owner, variant: ProductVariant) -> None:
        stale = add(guest, variant, 3)
        stale.recalculate_total()
        add(guest, variant, 1)
        stale.save()
        stale.refresh_from_db()
        assert (stale.version, stale.totals_version) == (2, 1)


class TestDeleting:
    def test_a_line_gives_its_units_back(self, guest: Owner, variant: ProductVariant) -> None:
        held(guest, variant, 3).delete()
        assert stock(variant) == (10, 0)
        assert Cart.objects.get().version == 2

    def test_a_line_gives_back_what_its_row_holds(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        line.reserved_quantity = 9
        line.delete()
        assert stock(variant) == (10, 0)

    def test_a_line_is_announced_as_a_removal(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        OutboxRow.objects.all().delete()
        line.delete()
        event = OutboxRow.objects.get(effect="record_analytics").payload
        assert (event["name"], event["quantity"]) == ("remove_from_cart", 3)

    def test_a_run_out_line_gives_back_what_is_still_counted(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        expire(line)
        line.delete()
        assert stock(variant) == (10, 0)

    def test_a_swept_line_gives_nothing_back_twice(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        expire(line)
        release_expired_holds()
        line.delete()
        assert stock(variant) == (10, 0)

    def test_many_lines_gives_back_each(self, guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
        other = make_variant(4)
        add(guest, variant, 3)
        add(guest, other, 4)
        CartItem.objects.all().delete()
        assert (stock(variant), stock(other)) == ((10, 0), (4, 0))

    def test_a_cart_gives_back_all_its_units(
        self, guest: Owner, variant: ProductVariant, make_variant: MakeVariant
    ) -> None:
        other = make_variant(4)
        add(guest, variant, 3)
        add(guest, other, 4).delete()
        assert (stock(variant), stock(other)) == ((10, 0), (4, 0))

    def test_a_user_gives_back_the_units_of_their_cart(
        self, variant: ProductVariant, make_user: Callable[[], User]
    ) -> None:
        user = make_user()
        add(Owner(user_id=user.pk), variant, 3)
        user.delete()
        assert stock(variant) == (10, 0)
        assert not Cart.objects.exists()

    def test_a_line_of_a_closed_cart_is_allowed(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        expire(line)
        release_expired_holds()
        Cart.objects.update(status=Cart.Status.ABANDONED)
        line.delete()
        assert stock(variant) == (10, 0)

    def test_is_undone_with_the_transaction(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        with nothing_changes(), transaction.atomic():
            line.delete()
            transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
class TestOutsideATransaction:
    """A shell has none open, so the save itself must be all or nothing."""

    def test_a_refused_save_leaves_nothing(self, cart: Cart, variant: ProductVariant) -> None:
        with nothing_changes(), pytest.raises(InsufficientStock):
            CartItem(cart=cart, product_variant=variant, quantity=11).save()

    def test_a_save_that_the_database_refuses_leaves_nothing(self, guest: Owner, variant: ProductVariant) -> None:
        cart = add(guest, variant)
        with nothing_changes(), pytest.raises(IntegrityError):
            CartItem(cart=cart, product_variant=variant, quantity=1).save()

    def test_a_refused_save_ends_the_transaction_around_it(self, cart: Cart, make_variant: MakeVariant) -> None:
        first, second = make_variant(5), make_variant(1)
        with nothing_changes(), transaction.atomic():
            CartItem(cart=cart, product_variant=first, quantity=5).save()
            with pytest.raises(InsufficientStock):
                CartItem(cart=cart, product_variant=second, quantity=2).save()

    def test_a_delete_gives_back(self, guest: Owner, variant: ProductVariant) -> None:
        held(guest, variant, 3).delete()
        assert stock(variant) == (10, 0)

    def test_stock_may_be_lowered_by_the_units_that_came_back(self, guest: Owner, variant: ProductVariant) -> None:
        held(guest, variant, 10).delete()
        move_stock(variant_id=variant.pk, delta=-10, kind=StockMovement.Kind.ADJUSTMENT, reason="Broken")
        assert stock(variant) == (0, 0)


def test_a_fixture_is_loaded_as_it_is(cart: Cart, variant: ProductVariant) -> None:
    Cart.objects.update(version=1)
    columns = {"cart": cart.pk, "product_variant": variant.pk, "quantity": 3, "price": "1.00"}
    (loaded,) = serializers.deserialize("python", [{"model": "cart.cartitem", "fields": columns}])
    loaded.save()
    assert hold(CartItem.objects.get()) == (3, 0)
    assert stock(variant) == (10, 0)
    assert not OutboxRow.objects.filter(effect="record_analytics").exists()
