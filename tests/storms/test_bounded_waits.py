"""Waits for locks end, deadlocks are retried, and a request that gets Busy has changed nothing.

The faults come from the database: a rival session that has locked a row, and a trigger that raises as PostgreSQL does
for the victim of a deadlock. The trigger counts with a sequence, which survives the rollback.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction

from cart.locks import lock_carts, lock_expired_lines, lock_line, lock_lines, lock_open_cart
from cart.models import CartItem
from cart.owners import Owner
from cart.services import extend_own_holds, merge_guest_cart, remove_line, set_line_quantity
from core.errors import Busy
from core.transactions import clock
from inventory.locks import lock_variants
from inventory.models import ProductVariant
from tests.storms.actors import buy, lock_variant_then_cart, name_of
from tests.storms.conftest import Deadlocks
from tests.storms.harness import Actor, cast
from tests.support.shopping import add, expire, held, hold, nothing_changes, stock
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]


@contextmanager
def rival_holds(table: str, pk: int, lock: str = "FOR UPDATE") -> Iterator[None]:
    """Within the block, another session has locked this row."""
    rival = connection.copy("rival")
    try:
        with rival.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s {lock}", [pk])  # noqa: S608 - names of ours
            yield
    finally:
        rival.close()


@pytest.fixture
def short_patience() -> Iterator[None]:
    """Stop waiting for a lock after a tenth of a second."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute("SET lock_timeout = '100ms'")
        yield
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [usual])


@pytest.mark.usefixtures("short_patience")
class TestALockThatIsNotFreed:
    def test_ends_an_add_that_waits_for_the_variant(self, guest: Owner, variant: ProductVariant) -> None:
        with rival_holds("inventory_productvariant", variant.pk), nothing_changes(), pytest.raises(Busy):
            add(guest, variant)

    def test_ends_an_add_that_waits_for_the_cart(self, guest: Owner, variant: ProductVariant) -> None:
        cart = add(guest, variant)
        with rival_holds("cart_cart", cart.pk), nothing_changes(), pytest.raises(Busy):
            add(guest, variant, key="a key")

    def test_ends_a_change_that_waits_for_the_line(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 2)
        with rival_holds("cart_cartitem", line.pk), nothing_changes(), pytest.raises(Busy):
            set_line_quantity(owner=guest, item_id=line.pk, quantity=1)

    def test_ends_a_removal(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 2)
        with rival_holds("inventory_productvariant", variant.pk), nothing_changes(), pytest.raises(Busy):
            remove_line(owner=guest, item_id=line.pk)

    def test_ends_a_keeping(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 2)
        with rival_holds("cart_cartitem", line.pk), nothing_changes(), pytest.raises(Busy):
            extend_own_holds(owner=guest)

    def test_ends_a_merge(self, guest: Owner, variant: ProductVariant, make_user: Callable[[], User]) -> None:
        cart, user = add(guest, variant), make_user()
        assert guest.guest_token is not None
        with rival_holds("cart_cart", cart.pk), nothing_changes(), pytest.raises(Busy):
            merge_guest_cart(user_id=user.pk, guest_token=guest.guest_token)

    def test_leaves_the_connection_fit_for_the_next_try(self, guest: Owner, variant: ProductVariant) -> None:
        with rival_holds("inventory_productvariant", variant.pk), pytest.raises(Busy):
            add(guest, variant)
        add(guest, variant)
        assert stock(variant) == (9, 1)


LOCKS: dict[str, tuple[str, Callable[[CartItem], object]]] = {
    "variants": ("inventory_productvariant", lambda line: lock_variants([line.product_variant_id])),
    "carts": ("cart_cart", lambda line: lock_carts([line.cart_id])),
    "an open cart": ("cart_cart", lambda line: lock_open_cart(Owner(guest_token=line.cart.guest_token))),
    "lines": ("cart_cartitem", lambda line: lock_lines([line.cart_id])),
    "a line": ("cart_cartitem", lambda line: lock_line(cart_id=line.cart_id, item_id=line.pk)),
    "run-out lines": ("cart_cartitem", lambda line: _lock_run_out(line)),
}


def _lock_run_out(line: CartItem) -> None:
    expire(line)
    assert lock_expired_lines(now=clock(), most=1)


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("what", LOCKS)
def test_a_lock_waits_for_nobody_who_only_refers_to_the_row(guest: Owner, variant: ProductVariant, what: str) -> None:
    """An INSERT with a foreign key locks the key of the row that it names. Plain FOR UPDATE would wait for it."""
    line = held(guest, variant)
    table, lock = LOCKS[what]
    pk = {"inventory_productvariant": variant.pk, "cart_cart": line.cart_id, "cart_cartitem": line.pk}[table]
    with rival_holds(table, pk, "FOR KEY SHARE"), transaction.atomic():
        lock(line)


@pytest.mark.parametrize("what", sorted(LOCKS.keys() - {"a line"}))  # SQL, called only by commands
def test_a_lock_outside_a_transaction_is_refused(guest: Owner, variant: ProductVariant, what: str) -> None:
    line = held(guest, variant)
    with pytest.raises(transaction.TransactionManagementError):
        LOCKS[what][1](line)


def test_a_statement_that_takes_too_long_is_busy_too(guest: Owner, variant: ProductVariant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute("SET statement_timeout = '100ms'")
        with rival_holds("inventory_productvariant", variant.pk), nothing_changes(), pytest.raises(Busy):
            add(guest, variant)
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [usual])


_FAIL_AT_FIRST = """
    CREATE SEQUENCE tries;
    CREATE FUNCTION fail_at_first() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('tries') <= {failures} THEN
            RAISE EXCEPTION 'chosen as the victim' USING ERRCODE = '{code}';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER fail_at_first BEFORE INSERT OR UPDATE ON cart_cartitem
        FOR EACH ROW EXECUTE FUNCTION fail_at_first();
"""
_AS_BEFORE = """
    DROP TRIGGER fail_at_first ON cart_cartitem;
    DROP FUNCTION fail_at_first;
    DROP SEQUENCE tries;
"""
DEADLOCK, SERIALIZATION_FAILURE, NOT_TO_BE_RETRIED = "40P01", "40001", "57P03"


@contextmanager
def victim(code: str, *, failures: int) -> Iterator[Callable[[], int]]:
    """Let so many writes of a line fail with this code. Yields a function that returns the number of all tries."""
    with connection.cursor() as cursor:
        cursor.execute(_FAIL_AT_FIRST.format(code=code, failures=failures))
        try:
            yield _tries
        finally:
            cursor.execute(_AS_BEFORE)


def _tries() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM tries")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("code", [DEADLOCK, SERIALIZATION_FAILURE])
class TestAVictim:
    @pytest.mark.parametrize("failures", [1, 2])
    def test_is_tried_again_up_to_twice(self, guest: Owner, variant: ProductVariant, code: str, failures: int) -> None:
        with victim(code, failures=failures) as tries:
            cart = add(guest, variant, 2)
            assert tries() == failures + 1
        assert hold(cart.items.get()) == (2, 2)
        assert stock(variant) == (8, 2)
        assert cart.version == 1

    def test_is_busy_after_that(self, guest: Owner, variant: ProductVariant, code: str) -> None:
        with victim(code, failures=3) as tries:
            with nothing_changes(), pytest.raises(Busy):
                add(guest, variant, 2, key="a key")
            assert tries() == 3
        assert not add(guest, variant, 2, key="a key").was_replayed

    def test_inside_a_transaction_is_left_to_its_owner(self, guest: Owner, variant: ProductVariant, code: str) -> None:
        with victim(code, failures=1) as tries:
            with nothing_changes(), pytest.raises(OperationalError), transaction.atomic():
                add(guest, variant, 2)
            assert tries() == 1


def test_another_error_of_the_database_is_not_tried_again(guest: Owner, variant: ProductVariant) -> None:
    with victim(NOT_TO_BE_RETRIED, failures=1) as tries:
        with nothing_changes(), pytest.raises(OperationalError):
            add(guest, variant, 2)
        assert tries() == 1


def test_a_real_deadlock_costs_the_shopper_nothing(guest: Owner, variant: ProductVariant, deadlocks: Deadlocks) -> None:
    """A rival locks the variant and then the cart, against the order. The database's victim is the shopper."""
    cart = add(guest, variant)
    shopper = Actor(buy, (name_of(guest), variant.pk), pause_after="cart.services.lines.lock_line_of_variant")
    rival = Actor(lock_variant_then_cart, (variant.pk, cart.pk), pause_after="tests.storms.actors.lock_variants")
    with cast(shopper, rival) as (one, two):
        one.start()
        one.wait_paused()
        two.start()
        two.wait_paused()
        two.resume()
        assert two.wait_settled() is True
        one.resume()
        assert (one.result(), two.result()) == ("added", "locked both")
    wait_until(lambda: deadlocks() == 1, "the deadlock is counted")
    assert stock(variant) == (8, 2)
