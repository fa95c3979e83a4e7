"""Holds that staff release or extend: what changes, what is refused, and that the log says who did it and why."""

import uuid
from collections.abc import Callable

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cart.errors import NothingHeld, NothingToExtend
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import extend_holds, extend_own_holds, reclaim_line, release_holds
from core.errors import ReasonMissing
from inventory.models import ProductVariant
from outbox.models import OutboxRow
from tests.cart.test_extending import end_in, minutes_left
from tests.conftest import MakeVariant
from tests.support.shopping import add, end_soon, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")

Act = Callable[..., list[CartItem]]


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create_user("clerk", is_staff=True)


def release(*lines: CartItem, actor: User, reason: str = "Kept by a bot") -> list[CartItem]:
    return release_holds(line_ids=[line.pk for line in lines], actor=actor, reason=reason)


def extend(*lines: CartItem, actor: User, reason: str = "On the phone") -> list[CartItem]:
    return extend_holds(line_ids=[line.pk for line in lines], actor=actor, reason=reason)


def test_released_units_are_free_and_the_line_stays_to_be_taken_again(
    guest: Owner, variant: ProductVariant, clerk: User
) -> None:
    line = held(guest, variant, 3)
    assert release(line, actor=clerk) == [line]
    assert (hold(line), stock(variant)) == ((3, 0), (10, 0))
    reclaim_line(owner=guest, item_id=line.pk)
    assert (hold(line), stock(variant)) == ((3, 3), (7, 3))


def test_a_release_counts_as_a_change_of_the_cart_and_its_total_catches_up(
    guest: Owner, variant: ProductVariant, clerk: User
) -> None:
    line = held(guest, variant)
    before, _ = line.cart.version, OutboxRow.objects.all().delete()
    release(line, actor=clerk)
    assert Cart.objects.get().version == before + 1
    asked = set(OutboxRow.objects.exclude(effect="record_analytics").values_list("effect", "key"))
    assert asked == {("recalculate_cart_totals", str(line.cart_id)), ("check_low_stock", str(variant.pk))}


def test_lines_of_many_carts_and_variants_are_released_at_once(
    guest: Owner, make_variant: MakeVariant, clerk: User
) -> None:
    variants = [make_variant() for _ in range(3)]
    owners = [guest, Owner(guest_token=uuid.uuid4())]
    lines = [held(owner, variant, 2) for owner in owners for variant in variants]
    kept = lines.pop()
    assert release(*lines, actor=clerk) == lines
    assert [stock(variant) for variant in variants] == [(10, 0), (10, 0), (8, 2)]
    assert hold(kept) == (2, 2)


def test_locks_are_taken_in_order_carts_lines_variants(guest: Owner, variant: ProductVariant, clerk: User) -> None:
    line = held(guest, variant)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        release(line, actor=clerk)
    locking = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    tables = [sql[sql.index(" FROM ") :].split('"')[1] if '"' in sql else "variants" for sql in locking]
    assert tables == ["cart_cart", "cart_cartitem", "variants"]
    assert all("ORDER BY" in sql for sql in locking)


@pytest.mark.parametrize(("kind", "minutes"), [("guest", 30), ("user", 60)])
def test_an_extended_hold_lasts_a_whole_life_and_leaves_the_shopper_their_own_extensions(
    variant: ProductVariant, make_user: Callable[[], User], clerk: User, kind: str, minutes: int
) -> None:
    owner = Owner(user_id=make_user().pk) if kind == "user" else Owner(guest_token=uuid.uuid4())
    line = held(owner, variant)
    end_in(line, 1)
    assert extend(line, actor=clerk) == [line]
    assert minutes - 1 < minutes_left(line) <= minutes
    assert line.hold_extensions == 0

    def extend_as_shopper() -> int:
        end_soon(line)
        return extend_own_holds(owner=owner)

    assert [extend_as_shopper() for _ in range(4)] == [1, 1, 1, 0]


def test_an_extension_never_shortens_a_hold(guest: Owner, variant: ProductVariant, clerk: User) -> None:
    line = held(guest, variant)
    end_in(line, 90)
    extend(line, actor=clerk)
    assert minutes_left(line) > 89


def test_only_what_can_be_extended_is(guest: Owner, make_variant: MakeVariant, clerk: User) -> None:
    live, ended, inactive = (held(guest, make_variant()) for _ in range(3))
    expire(ended)
    ProductVariant.objects.filter(pk=inactive.product_variant_id).update(is_active=False)
    assert extend(live, ended, inactive, actor=clerk) == [live]
    with nothing_changes(), pytest.raises(NothingToExtend):
        extend(ended, inactive, actor=clerk)


def test_a_hold_that_ran_out_can_be_released_before_the_sweep(
    guest: Owner, variant: ProductVariant, clerk: User
) -> None:
    line = held(guest, variant)
    expire(line)
    release(line, actor=clerk)
    assert stock(variant) == (10, 0)


@pytest.mark.parametrize(("act", "refusal"), [(release, NothingHeld), (extend, NothingToExtend)])
def test_what_holds_nothing_is_refused(
    guest: Owner, variant: ProductVariant, clerk: User, act: Act, refusal: type[Exception]
) -> None:
    line = held(guest, variant)
    release(line, actor=clerk)
    with nothing_changes(), pytest.raises(refusal):
        act(line, actor=clerk)
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize(("act", "refusal"), [(release, NothingHeld), (extend, NothingToExtend)])
def test_a_line_of_a_cart_that_is_not_open_is_left_alone(
    guest: Owner, variant: ProductVariant, clerk: User, act: Act, refusal: type[Exception]
) -> None:
    line = held(guest, variant)
    Cart.objects.update(status=Cart.Status.ABANDONED)
    with nothing_changes(), pytest.raises(refusal):
        act(line, actor=clerk)
    Cart.objects.update(status=Cart.Status.OPEN)


@pytest.mark.parametrize("act", [release, extend])
@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_reason_is_asked_for(guest: Owner, variant: ProductVariant, clerk: User, act: Act, reason: str) -> None:
    line = held(guest, variant)
    with nothing_changes(), pytest.raises(ReasonMissing):
        act(line, actor=clerk, reason=reason)


@pytest.mark.parametrize(("act", "said"), [(release, "Hold released: Why not"), (extend, "Hold extended: Why not")])
def test_the_log_says_who_and_why(guest: Owner, variant: ProductVariant, clerk: User, act: Act, said: str) -> None:
    line = held(guest, variant, 2)
    act(line, actor=clerk, reason=" Why not ")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.action_flag) == (clerk, str(line.pk), CHANGE)
    assert entry.get_change_message() == said


def test_a_shopper_sees_the_released_line_as_run_out(
    guest: Owner, variant: ProductVariant, clerk: User, make_user: Callable[[], User], client: object
) -> None:
    user = make_user()
    client.force_login(user)  # type: ignore[attr-defined]
    line = held(Owner(user_id=user.pk), variant)
    release(line, actor=clerk)
    page = client.get("/cart/").content.decode()  # type: ignore[attr-defined]
    assert "No longer held for you" in page
    assert "Take again" in page
    add(guest, variant)
