"""`reclaim_lines`: one click holds all that can be had again, and says what cannot."""

import uuid
from decimal import Decimal

import pytest

from analytics.models import AnalyticsEvent
from cart.errors import KeyReused
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import extend_own_holds, reclaim_lines, release_expired_holds
from core.transactions import clock
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.models import ProductVariant
from outbox.drain import drain
from tests.conftest import MakeVariant
from tests.support.shopping import add, end_soon, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


def other() -> Owner:
    return Owner(guest_token=uuid.uuid4())


@pytest.mark.parametrize("was_swept", [False, True])
def test_all_that_can_be_had_is_held_again(guest: Owner, make_variant: MakeVariant, was_swept: bool) -> None:
    """Of five lines two can be had, one is short, one is no longer sold, and one is still held."""
    variants = [make_variant() for _ in range(5)]
    lines = [held(guest, variant, 3) for variant in variants]
    end_soon(*lines)
    extend_own_holds(owner=guest)
    expire(*lines[:4])
    if was_swept:
        release_expired_holds()
    add(other(), variants[2], 8)
    ProductVariant.objects.filter(pk=variants[3].pk).update(is_active=False)
    lines[4].refresh_from_db()
    live_until = lines[4].reserved_until

    done = reclaim_lines(owner=guest)

    assert [line.pk for line in done.lines] == [lines[0].pk, lines[1].pk]
    refused = {change.variant_id: type(change.error) for change in done.refused}
    assert refused == {variants[2].pk: InsufficientStock, variants[3].pk: VariantUnavailable}
    assert [hold(line) for line in (lines[0], lines[1], lines[4])] == [(3, 3)] * 3
    assert hold(lines[2]) == (3, 0)
    assert [line.hold_extensions for line in (lines[0], lines[1])] == [0, 0]
    assert all(line.reserved_until and line.reserved_until > clock() for line in (lines[0], lines[1]))
    assert lines[4].reserved_until == live_until
    assert stock(variants[0]) == (7, 3)


def test_a_line_costs_what_its_units_cost_now(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    expire(line)
    ProductVariant.objects.update(price=Decimal("9.00"))
    (again,) = reclaim_lines(owner=guest).lines
    assert (again.price, again.price_before) == (Decimal("9.00"), line.price)
    cart = Cart.objects.get()
    drain("recalculate_cart_totals")
    cart.refresh_from_db()
    assert (cart.total_price, cart.totals_version) == (Decimal("27.00"), cart.version)


def test_expired_holds_of_others_are_taken(guest: Owner, make_variant: MakeVariant) -> None:
    variant = make_variant(3)
    line = held(guest, variant, 3)
    expire(line)
    release_expired_holds()
    rival = held(other(), variant, 3)
    expire(rival)
    assert reclaim_lines(owner=guest).refused == []
    assert (hold(line), hold(rival)) == ((3, 3), (3, 0))


def test_a_second_click_does_nothing(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    expire(line)
    assert len(reclaim_lines(owner=guest, idempotency_key="first").lines) == 1
    with nothing_changes():
        assert reclaim_lines(owner=guest, idempotency_key="first").lines == []
        assert reclaim_lines(owner=guest).lines == []
    expire(line)
    with nothing_changes():  # not the press that it repeats
        assert reclaim_lines(owner=guest, idempotency_key="first").lines == []
    assert len(reclaim_lines(owner=guest, idempotency_key="second").lines) == 1


def test_a_key_of_another_request_is_refused(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 3, key="used")
    expire(CartItem.objects.get())
    with nothing_changes(), pytest.raises(KeyReused):
        reclaim_lines(owner=guest, idempotency_key="used")


def test_nobody_elses_lines_are_touched(guest: Owner, variant: ProductVariant) -> None:
    expire(held(other(), variant, 3))
    with nothing_changes():
        assert reclaim_lines(owner=guest).lines == []
        add_nothing = reclaim_lines(owner=Owner(guest_token=uuid.uuid4()))
    assert (add_nothing.lines, add_nothing.refused) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_what_was_short_is_counted_once(guest: Owner, make_variant: MakeVariant) -> None:
    variants = [make_variant(3), make_variant(3)]
    expire(*(held(guest, variant, 3) for variant in variants))
    release_expired_holds()
    for variant in variants:
        add(other(), variant, 3)
    for _ in range(2):
        assert len(reclaim_lines(owner=guest, idempotency_key="a key").refused) in (0, 2)
    drain("record_analytics")
    short = AnalyticsEvent.objects.filter(name="stock_shortage").values_list("variant_id", "quantity")
    assert sorted(short) == sorted((variant.pk, 3) for variant in variants)
