"""`add_product_to_cart`: what it holds, what it refuses, and what it costs."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cart.errors import InvalidQuantity
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import add_product_to_cart, release_expired_holds, set_line_quantity
from core.transactions import clock
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.models import ProductVariant, StockMovement
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.conftest import AtTheSeam, MakeVariant
from tests.support.shopping import add, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


def test_an_add_holds_the_units(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    assert (line.quantity, line.reserved_quantity, line.price) == (3, 3, variant.price)
    assert stock(variant) == (7, 3)


def test_a_second_add_takes_only_the_change(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 3)
    assert hold(held(guest, variant, 4)) == (7, 7)
    assert stock(variant) == (3, 7)
    assert CartItem.objects.count() == 1


def test_the_last_unit_can_be_added(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 10)
    assert stock(variant) == (0, 10)


def test_the_positional_signature_of_the_specification(variant: ProductVariant, make_user: Callable[[], User]) -> None:
    user = make_user()
    cart = add_product_to_cart(user, variant.pk, 2)
    assert (cart.user_id, cart.status) == (user.pk, "open")
    assert cart.items.get().quantity == 2


def test_an_anonymous_user_is_the_guest_of_the_token(variant: ProductVariant) -> None:
    token = uuid.uuid4()
    cart = add_product_to_cart(AnonymousUser(), variant.pk, 1, guest_token=token)
    assert (cart.user_id, cart.guest_token) == (None, token)


def test_a_logged_in_user_is_not_the_guest_of_the_token(variant: ProductVariant, make_user: Callable[[], User]) -> None:
    cart = add_product_to_cart(make_user(), variant.pk, 1, guest_token=uuid.uuid4())
    assert cart.guest_token is None


def test_nobody_cannot_add(variant: ProductVariant) -> None:
    with nothing_changes(), pytest.raises(ValueError, match="owner"):
        add_product_to_cart(None, variant.pk, 1)


def test_two_shoppers_never_hold_one_unit(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 6)
    with nothing_changes(), pytest.raises(InsufficientStock):
        add(Owner(guest_token=uuid.uuid4()), variant, 5)


def test_a_shopper_has_one_open_cart(guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
    assert add(guest, variant).pk == add(guest, make_variant()).pk
    assert Cart.objects.get().version == 2


def test_the_price_is_that_of_the_last_add(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 1)
    ProductVariant.objects.update(price=Decimal("3.00"))
    cart = add(guest, variant, 1)
    line = cart.changed_line
    assert line is not None
    assert (line.price, line.price_before) == (Decimal("3.00"), variant.price)
    assert cart.items.get().total_price == Decimal("6.00")


def test_a_price_that_stayed_is_not_told_as_changed(guest: Owner, variant: ProductVariant) -> None:
    lines = [add(guest, variant).changed_line for _ in range(2)]
    assert [line and line.price_before for line in lines] == [None, None]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("present", "before"), [(0, "2.50"), (1, "2.00")])
def test_a_price_that_staff_set_in_the_midst_of_an_add_is_that_of_the_line(
    guest: Owner, variant: ProductVariant, at_the_seam: AtTheSeam, present: int, before: str
) -> None:
    """Between the look at the variant, which rides with the line's lock, and the UPDATE that takes the units."""
    if present:
        ProductVariant.objects.update(price=Decimal("2.00"))
        add(guest, variant, present)
        ProductVariant.objects.update(price=Decimal("2.50"))
    at_the_seam("cart.services.writing.take", lambda: ProductVariant.objects.update(price=Decimal("9.00")))
    line = add(guest, variant).changed_line
    assert line is not None
    assert (str(line.price), str(line.price_before)) == ("9.00", before)
    assert CartItem.objects.get().price == Decimal("9.00")
    drain("recalculate_cart_totals")
    assert Cart.objects.get().total_price == 9 * (present + 1)


@pytest.mark.parametrize(("kind", "minutes"), [("guest", 30), ("user", 60)])
def test_a_hold_lasts_as_long_as_its_owner_may_have_it(
    variant: ProductVariant, make_user: Callable[[], User], kind: str, minutes: int
) -> None:
    owner = Owner(user_id=make_user().pk) if kind == "user" else Owner(guest_token=uuid.uuid4())
    before = clock()
    ends = held(owner, variant).reserved_until
    assert ends is not None
    assert before + timedelta(minutes=minutes) <= ends <= clock() + timedelta(minutes=minutes)


def test_an_add_never_prolongs_a_hold(guest: Owner, variant: ProductVariant) -> None:
    ends = held(guest, variant).reserved_until
    assert held(guest, variant).reserved_until == ends


@pytest.mark.parametrize("was_swept", [False, True])
def test_an_add_to_a_run_out_line_takes_all_its_units_and_starts_a_hold(
    guest: Owner, variant: ProductVariant, was_swept: bool
) -> None:
    line = held(guest, variant, 3)
    expire(line)
    if was_swept:
        assert release_expired_holds() == 1
    line = held(guest, variant, 1)
    assert hold(line) == (4, 4)
    assert stock(variant) == (6, 4)
    assert line.reserved_until is not None
    assert line.reserved_until > clock()


def test_an_add_to_a_swept_line_that_is_short_is_refused_whole(guest: Owner, variant: ProductVariant) -> None:
    expire(held(guest, variant, 6))
    release_expired_holds()
    add(Owner(guest_token=uuid.uuid4()), variant, 5)
    with nothing_changes(), pytest.raises(InsufficientStock) as refusal:
        add(guest, variant, 1)
    assert (refusal.value.available, refusal.value.requested) == (5, 7)


def test_an_add_writes_no_ledger(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant)
    assert StockMovement.objects.count() == 1


def test_an_add_asks_for_what_follows_from_it(guest: Owner, variant: ProductVariant) -> None:
    OutboxRow.objects.all().delete()
    add(guest, variant, 2)
    assert set(OutboxRow.objects.values_list("effect", flat=True)) == {
        "recalculate_cart_totals",
        "check_low_stock",
        "record_analytics",
    }


@pytest.mark.parametrize("quantity", [0, -1, 1.0, "1", None, True, 2**31])
def test_what_is_no_number_of_units_is_refused(guest: Owner, variant: ProductVariant, quantity: object) -> None:
    with nothing_changes(), pytest.raises(InvalidQuantity):
        add(guest, variant, quantity)  # type: ignore[arg-type]


def test_an_unknown_variant_is_refused(guest: Owner, variant: ProductVariant) -> None:
    with nothing_changes(), pytest.raises(VariantUnavailable):
        add(guest, ProductVariant(pk=variant.pk + 1))


def test_a_refused_first_add_opens_no_cart(guest: Owner, variant: ProductVariant) -> None:
    with nothing_changes(), pytest.raises(InsufficientStock):
        add(guest, variant, 11)


@pytest.mark.django_db(transaction=True)
class TestStatements:
    """What a change costs.

    BEGIN; claim the cart; claim the key; lock the line, with the units of the cart and a look at the variant; write the
    line; the outbox's rows; move the units; COMMIT.
    """

    @pytest.mark.parametrize("key", [None, "a key"])
    def test_of_an_add_that_makes_a_line(self, guest: Owner, make_variant: MakeVariant, key: str | None) -> None:
        add(guest, make_variant())
        variant = make_variant()
        with CaptureQueriesContext(connection) as statements:
            add(guest, variant, key=key)
        assert len(statements) == (8 if key else 7), statements.captured_queries

    @pytest.mark.parametrize("key", [None, "a key"])
    def test_of_an_add_to_a_line(self, guest: Owner, variant: ProductVariant, key: str | None) -> None:
        add(guest, variant)
        with CaptureQueriesContext(connection) as statements:
            add(guest, variant, key=key)
        assert len(statements) == (8 if key else 7), statements.captured_queries

    def test_of_an_add_to_a_run_out_line(self, guest: Owner, variant: ProductVariant) -> None:
        expire(held(guest, variant))
        with CaptureQueriesContext(connection) as statements:
            add(guest, variant, key="a key")
        assert len(statements) == 8, statements.captured_queries

    @pytest.mark.parametrize("quantity", [5, 1])
    def test_of_raising_and_lowering(self, guest: Owner, variant: ProductVariant, quantity: int) -> None:
        line = held(guest, variant, 3)
        with CaptureQueriesContext(connection) as statements:
            set_line_quantity(owner=guest, item_id=line.pk, quantity=quantity, idempotency_key="a key")
        assert len(statements) == 8, statements.captured_queries

    def test_of_a_user_as_of_a_guest(self, variant: ProductVariant, make_user: Callable[[], User]) -> None:
        user = make_user()
        add_product_to_cart(user, variant.pk, 1)
        with CaptureQueriesContext(connection) as statements:
            add_product_to_cart(user, variant.pk, 1, idempotency_key="a key")
        assert len(statements) == 8, statements.captured_queries

    def test_of_the_first_add_ever(self, guest: Owner, variant: ProductVariant) -> None:
        """One more, which opens the cart. Once a shopper."""
        with CaptureQueriesContext(connection) as statements:
            add(guest, variant, key="a key")
        assert len(statements) == 9, statements.captured_queries

    def test_of_which_none_touches_an_index_of_the_cart(self, guest: Owner, variant: ProductVariant) -> None:
        """Else each add would write into five of them, and a cart that is changed often would bloat them."""
        add(guest, variant)
        before = _cart_updates()
        for _ in range(3):
            add(guest, variant)
        assert [now - then for now, then in zip(_cart_updates(), before, strict=True)] == [3, 3]

    def test_of_a_refusal(self, guest: Owner, make_variant: MakeVariant) -> None:
        """BEGIN; claim; key; line, with a look at the units that are not there; why; ROLLBACK; then the shortage."""
        variant = make_variant(1)
        add(guest, variant)
        with CaptureQueriesContext(connection) as statements, pytest.raises(InsufficientStock):
            add(guest, variant, key="a key")
        assert len(statements) == 7, statements.captured_queries


def _cart_updates() -> tuple[int, int]:
    """So far: all updates of carts, and those that wrote the new row beside the old one and no index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'cart_cart'")
        updates: tuple[int, int] = cursor.fetchone()
    return updates
