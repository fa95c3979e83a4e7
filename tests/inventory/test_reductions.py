"""Price reductions: what is refused, what is written, and the moments at which a price begins and ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from cart.errors import CartChanged, PriceChanged
from cart.models import CartItem
from cart.owners import Owner
from cart.selectors import cart_contents, variants_on_sale
from cart.services import merge_guest_cart, reclaim_lines, set_line_quantity
from cart.services.purchase import buy_cart
from core.errors import NothingChanged
from core.transactions import clock
from inventory.errors import PricesChangedMeanwhile, ReductionNotLower, ReductionRefused, ReductionsOverlap
from inventory.models import PriceChange, ProductVariant, Reduction
from inventory.price_now import lowest_before, with_price_now
from inventory.selectors import GoodsFilter, Sort, page_of_products
from inventory.services.prices import NewPrice, change_prices
from inventory.services.reductions import announce_reductions, delete_reductions, end_reductions, move_end
from tests.conftest import MakeVariant
from tests.support.moments import at
from tests.support.shopping import add, expire, held
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)


def announce(variant: ProductVariant, price: str, **facts: Any) -> Reduction:
    """Announce a reduction of this variant, from its price as it is."""
    variant.refresh_from_db()
    announce_reductions(prices={variant.pk: NewPrice(variant.price, Decimal(price))}, **facts)
    return Reduction.objects.filter(variant=variant).latest("pk")


def price_at(moment: datetime, variant: ProductVariant) -> Decimal:
    with at(moment):
        price: Decimal = with_price_now(ProductVariant.objects.filter(pk=variant.pk)).get().price_now
    return price


def on_page_at(moment: datetime, variant: ProductVariant) -> Any:
    with at(moment):
        return variants_on_sale([variant.product_id], None)[0]


def test_it_begins_and_ends_by_itself_and_exactly(variant: ProductVariant) -> None:
    announce(variant, "2.00", starts_at=NOON, ends_at=NOON + HOUR)
    moments = [NOON - TICK, NOON, NOON + HOUR - TICK, NOON + HOUR]
    assert [str(price_at(moment, variant)) for moment in moments] == ["2.50", "2.00", "2.00", "2.50"]
    assert [str(on_page_at(moment, variant).price_now) for moment in moments] == ["2.50", "2.00", "2.00", "2.50"]
    assert not PriceChange.objects.exists()


@pytest.mark.parametrize(
    ("late", "price"), [(-TICK, "2.50"), (timedelta(0), "2.00"), (HOUR - TICK, "2.00"), (HOUR, "2.50")]
)
def test_an_add_at_the_boundary_has_the_price_of_its_moment(
    guest: Owner, variant: ProductVariant, late: timedelta, price: str
) -> None:
    announce(variant, "2.00", starts_at=NOON, ends_at=NOON + HOUR)
    with at(NOON + late):
        line = held(guest, variant)
        (shown,) = cart_contents(guest).lines
    assert str(line.price) == price
    assert shown.product_variant.price_now == line.price


def test_a_line_keeps_its_price_until_units_are_taken(guest: Owner, variant: ProductVariant) -> None:
    announce(variant, "2.00", starts_at=NOON, ends_at=NOON + HOUR)
    with at(NOON + HOUR - TICK):
        line = held(guest, variant)
    with at(NOON + HOUR):
        (shown,) = cart_contents(guest).lines
        assert (str(shown.price), str(shown.product_variant.price_now)) == ("2.00", "2.50")
        changed: Any = add(guest, variant).changed_line
    assert (str(changed.price), str(changed.price_before)) == ("2.50", "2.00")
    line.refresh_from_db()
    assert (line.quantity, str(line.price)) == (2, "2.50")


def test_it_costs_no_statement(
    guest: Owner, variant: ProductVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    announce(variant, "2.00")
    with django_assert_num_queries(1):
        shown: Any = variants_on_sale([variant.product_id], guest)[0]
    assert (str(shown.price_now), str(shown.lowest_before)) == ("2.00", "2.50")
    with django_assert_num_queries(1):
        cart_contents(guest)


def test_an_add_costs_no_statement_more(guest: Owner, make_variant: MakeVariant) -> None:
    """Of a new line, of one more unit, and of a quantity that is set."""
    plain, reduced = make_variant(), make_variant()
    announce(reduced, "2.00")
    add(guest, make_variant())

    def statements(change: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as counted:
            change()
        return len(counted)

    def of(variant: ProductVariant) -> list[int]:
        first, second = statements(lambda: add(guest, variant)), statements(lambda: add(guest, variant))
        item = CartItem.objects.get(product_variant=variant).pk
        return [first, second, statements(lambda: set_line_quantity(owner=guest, item_id=item, quantity=5))]

    assert of(reduced) == of(plain)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"starts_at": NOON, "ends_at": NOON}, "has to end after it begins"),
        ({"starts_at": NOON, "ends_at": NOON - HOUR}, "has to end after it begins"),
        ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, "cannot begin in the past"),
        ({"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, "has to end after it begins"),
        ({"compare_at": Decimal("2.00")}, "has to be above the reduced price"),
    ],
)
def test_dates_and_compare_at_price_are_checked(variant: ProductVariant, facts: dict[str, Any], why: str) -> None:
    with pytest.raises(ReductionRefused, match=why):
        announce(variant, "2.00", **facts)
    assert not Reduction.objects.exists()


@pytest.mark.parametrize("price", ["2.50", "2.51"])
def test_a_price_that_is_not_lower_is_refused(variant: ProductVariant, price: str) -> None:
    with pytest.raises(ReductionNotLower, match=f"{variant.sku}: £{price} is not below £2.50"):
        announce(variant, price)
    assert not Reduction.objects.exists()


def test_a_price_of_the_30_days_before_is_no_reduction(variant: ProductVariant) -> None:
    change_prices(prices={variant.pk: NewPrice(Decimal("2.50"), Decimal("5.00"))}, cause="test", actor=None)
    with pytest.raises(ReductionNotLower, match=r"£3.00 is not below £2.50"):
        announce(variant, "3.00")
    assert announce(variant, "3.00", starts_at=clock() + 31 * DAY)


def test_a_price_that_was_not_seen_is_refused(variant: ProductVariant) -> None:
    with pytest.raises(PricesChangedMeanwhile):
        announce_reductions(prices={variant.pk: NewPrice(Decimal(9), Decimal(1))})
    with pytest.raises(ValidationError):
        announce(variant, "-1.00")
    assert not Reduction.objects.exists()


def test_two_at_a_time_are_refused(variant: ProductVariant) -> None:
    announce(variant, "2.00", starts_at=NOON, ends_at=NOON + HOUR)
    for begins, ends in [(NOON - HOUR, NOON + TICK), (NOON - HOUR, None), (NOON - HOUR, NOON + 2 * HOUR), (NOON, None)]:
        with pytest.raises(ReductionsOverlap, match=variant.sku):
            announce(variant, "1.00", starts_at=begins, ends_at=ends)
    assert Reduction.objects.count() == 1


def test_the_database_refuses_two_at_a_time(variant: ProductVariant, make_variant: MakeVariant) -> None:
    Reduction.objects.create(variant=variant, price=2, starts_at=NOON)
    Reduction.objects.create(variant=make_variant(), price=2, starts_at=NOON)
    with pytest.raises(IntegrityError, match="inventory_reduction_one_at_a_time"), transaction.atomic():
        Reduction.objects.create(variant=variant, price=1, starts_at=NOON + DAY)


def test_a_further_reduction_ends_the_one_before_and_keeps_its_reference(variant: ProductVariant) -> None:
    first = announce(variant, "2.00", starts_at=NOON)
    second = announce(variant, "1.50", starts_at=NOON + 40 * DAY, ends_at=NOON + 50 * DAY)
    first.refresh_from_db()
    assert first.ends_at == second.starts_at
    moments = [NOON + 40 * DAY - TICK, NOON + 40 * DAY, NOON + 50 * DAY]
    shown = [on_page_at(moment, variant) for moment in moments]
    assert [str(one.price_now) for one in shown] == ["2.00", "1.50", "2.50"]
    assert [one.lowest_before for one in shown] == [Decimal("2.50"), Decimal("2.50"), None]


def test_after_a_break_the_reduced_price_counts(variant: ProductVariant) -> None:
    announce(variant, "2.00", starts_at=NOON, ends_at=NOON + DAY)
    announce(variant, "1.50", starts_at=NOON + DAY + TICK)
    assert on_page_at(NOON + 2 * DAY, variant).lowest_before == Decimal("2.00")


def test_one_that_is_not_lower_does_not_follow(variant: ProductVariant) -> None:
    announce(variant, "2.00", starts_at=NOON)
    with pytest.raises(ReductionNotLower, match=r"£2.00 is not below £2.00"):
        announce(variant, "2.00", starts_at=NOON + DAY)
    assert Reduction.objects.get().ends_at is None


def test_a_reduction_may_not_take_the_reference_of_a_later_one(variant: ProductVariant) -> None:
    announce(variant, "2.00", starts_at=NOON)
    with pytest.raises(ReductionNotLower, match=r"£2.00 is not below £1.00"):
        announce(variant, "1.00", starts_at=NOON - 2 * DAY, ends_at=NOON - DAY)


def test_the_lower_price_counts_if_staff_lower_the_own_one(variant: ProductVariant) -> None:
    announce(variant, "2.00")
    change_prices(prices={variant.pk: NewPrice(Decimal("2.50"), Decimal("1.75"))}, cause="test", actor=None)
    shown: Any = variants_on_sale([variant.product_id], None)[0]
    assert (shown.price_now, shown.lowest_before) == (Decimal("1.75"), Decimal("2.50"))


def test_staff_end_a_running_one_and_delete_a_scheduled_one(variant: ProductVariant, make_variant: MakeVariant) -> None:
    mary = member_of("Manager", "mary")
    running, scheduled = announce(variant, "2.00"), announce(make_variant(), "2.00", starts_at=NOON)
    both = [running.pk, scheduled.pk]
    assert end_reductions(reduction_ids=both, actor=mary) == 1
    running.refresh_from_db()
    assert running.is_over_at(clock())
    assert delete_reductions(reduction_ids=both, actor=mary) == 1
    assert list(Reduction.objects.values_list("pk", flat=True)) == [running.pk]
    for command in (end_reductions, delete_reductions):
        with pytest.raises(NothingChanged):
            command(reduction_ids=both, actor=mary)


def test_the_end_can_be_moved_within_the_future(variant: ProductVariant) -> None:
    reduction = announce(variant, "2.00", ends_at=NOON)
    later = announce(variant, "1.00", starts_at=NOON + 40 * DAY)
    move_end(reduction_id=reduction.pk, ends_at=NOON + DAY)
    assert price_at(NOON + HOUR, variant) == Decimal("2.00")
    for ends in (reduction.starts_at, clock()):
        with pytest.raises(ReductionRefused):
            move_end(reduction_id=reduction.pk, ends_at=ends)
    for too_late in (None, later.starts_at + TICK):
        with pytest.raises(ReductionsOverlap):
            move_end(reduction_id=reduction.pk, ends_at=too_late)
    with at(NOON + 2 * DAY), pytest.raises(NothingChanged):
        move_end(reduction_id=reduction.pk, ends_at=None)


def test_the_end_cannot_move_into_the_30_days_of_a_later_one(variant: ProductVariant) -> None:
    reduction = announce(variant, "1.00", ends_at=NOON)
    announce(variant, "2.00", starts_at=NOON + 31 * DAY)
    with pytest.raises(ReductionNotLower):
        move_end(reduction_id=reduction.pk, ends_at=NOON + 2 * DAY)


@pytest.mark.parametrize(
    ("moment", "change"),
    [
        (NOON, {"price": 1}),
        (NOON - DAY, {"price": 1}),
        (NOON - DAY, {"starts_at": NOON - 2 * DAY}),
        (NOON + HOUR, {"ends_at": NOON + 2 * HOUR}),
        (NOON + HOUR - TICK, {"ends_at": NOON + HOUR - 2 * TICK}),
        (NOON, None),
    ],
)
def test_the_database_keeps_what_was_in_force(
    variant: ProductVariant, moment: datetime, change: dict[str, Any] | None
) -> None:
    reduction = announce(variant, "2.00", starts_at=NOON, ends_at=NOON + HOUR)
    row = Reduction.objects.filter(pk=reduction.pk)
    with at(moment), pytest.raises(IntegrityError, match="is never changed or deleted"), transaction.atomic():
        row.delete() if change is None else row.update(**change)
    assert row.get() == reduction


def test_lists_filter_and_sort_by_the_price_now(make_variant: MakeVariant) -> None:
    dear, cheap = make_variant(price="9.00"), make_variant(price="5.00")
    announce(dear, "4.00", starts_at=NOON)

    def found(moment: datetime, goods: GoodsFilter) -> list[int]:
        with at(moment):
            return [each.pk for each in page_of_products(goods, category=None, sort=Sort.CHEAPEST, start=0, count=9)]

    ids = [cheap.product_id, dear.product_id]
    assert found(NOON - TICK, GoodsFilter()) == ids
    assert found(NOON, GoodsFilter()) == ids[::-1]
    assert found(NOON - TICK, GoodsFilter(max_price=Decimal(4))) == []
    assert found(NOON, GoodsFilter(max_price=Decimal(4))) == [dear.product_id]


def by_adding(guest: Owner, line: CartItem) -> None:
    add(guest, line.product_variant)


def by_taking_all_again(guest: Owner, line: CartItem) -> None:
    reclaim_lines(owner=guest)


def by_logging_in(guest: Owner, line: CartItem) -> None:
    """Both carts have the variant, at two prices."""
    user = User.objects.create_user("ada")
    own = held(Owner(user_id=user.pk), line.product_variant)
    expire(own)
    CartItem.objects.filter(pk=own.pk).update(price=9)
    assert guest.guest_token is not None
    merge_guest_cart(user_id=user.pk, guest_token=guest.guest_token)


def by_saving_a_new_line(guest: Owner, line: CartItem) -> None:
    """From a shell, without a service."""
    line.delete()
    CartItem.objects.create(cart=line.cart, product_variant=line.product_variant, quantity=1)


@pytest.mark.parametrize("take", [by_adding, by_taking_all_again, by_logging_in, by_saving_a_new_line])
def test_whatever_takes_units_takes_them_at_the_price_now(
    guest: Owner, variant: ProductVariant, take: Callable[[Owner, CartItem], None]
) -> None:
    line = held(guest, variant)
    expire(line)
    announce(variant, "2.00")
    take(guest, line)
    (now,) = CartItem.objects.filter(cart__status="open")
    assert str(now.price) == "2.00"


def test_an_order_takes_no_expired_line_at_the_price_of_before(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    expire(line)
    announce(variant, "2.00")
    line.cart.refresh_from_db()
    with pytest.raises(CartChanged) as refusal, transaction.atomic():
        buy_cart(cart_id=line.cart_id, seen_version=line.cart.version, cause="test")
    (change,) = refusal.value.changes
    assert isinstance(change.error, PriceChanged)
    assert (str(change.error.shown), str(change.error.price)) == ("2.50", "2.00")


def test_what_is_checked_is_what_is_shown(variant: ProductVariant) -> None:
    reduction = announce(variant, "2.00")
    (row,) = lowest_before([variant.pk], since=reduction.starts_at)
    assert row == (variant.sku, Decimal("2.00"), Decimal("2.50"))
