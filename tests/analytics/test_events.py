"""Events are facts of what happened, each recorded once, refusals included."""

import uuid

import pytest

from analytics.events import record_events
from analytics.models import AnalyticsEvent
from cart.owners import Owner
from cart.services import (
    add_product_to_cart,
    extend_own_holds,
    release_expired_holds,
    remove_line,
    set_line_quantity,
)
from inventory.errors import InsufficientStock
from inventory.models import ProductVariant
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.shopping import end_soon, expire, held

pytestmark = pytest.mark.django_db(transaction=True)


def events() -> list[tuple[str, int]]:
    drain("record_analytics")
    return list(AnalyticsEvent.objects.order_by("pk").values_list("name", "quantity"))


def test_each_change_of_a_line_is_an_event_with_its_difference(guest: Owner, variant: ProductVariant) -> None:
    cart = add_product_to_cart(None, variant.pk, 2, guest_token=guest.guest_token)
    line = cart.items.get()
    add_product_to_cart(None, variant.pk, 3, guest_token=guest.guest_token)
    set_line_quantity(owner=guest, item_id=line.pk, quantity=1)
    set_line_quantity(owner=guest, item_id=line.pk, quantity=1)
    remove_line(owner=guest, item_id=line.pk)
    assert events() == [("add_to_cart", 2), ("add_to_cart", 3), ("remove_from_cart", 4), ("remove_from_cart", 1)]


def test_an_event_has_the_facts_of_its_moment(guest: Owner, variant: ProductVariant) -> None:
    cart = add_product_to_cart(None, variant.pk, 2, guest_token=guest.guest_token)
    ProductVariant.objects.update(price=99)
    events()
    event = AnalyticsEvent.objects.get()
    assert (event.cart_id, event.variant_id, event.value) == (cart.pk, variant.pk, variant.price * 2)


def test_facts_that_come_twice_are_one_event(guest: Owner, variant: ProductVariant) -> None:
    add_product_to_cart(None, variant.pk, 2, guest_token=guest.guest_token)
    payload = OutboxRow.objects.get(effect="record_analytics").payload
    record_events([payload])
    record_events([payload])
    assert events() == [("add_to_cart", 2)]


def test_a_refused_add_is_a_shortage_once_however_often_it_is_sent(guest: Owner, variant: ProductVariant) -> None:
    for _ in range(2):
        with pytest.raises(InsufficientStock):
            add_product_to_cart(None, variant.pk, 11, guest_token=guest.guest_token, idempotency_key="a key")
    assert events() == [("stock_shortage", 11)]
    shortage = AnalyticsEvent.objects.get()
    assert shortage.variant_id == variant.pk
    assert shortage.data == {"asked": 11, "got": 0, "free": 10, "held_by_others": False}


def test_a_hold_that_ran_out_is_an_event_with_the_units_that_went_back(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    expire(line)
    release_expired_holds()
    assert events() == [("add_to_cart", 3), ("hold_expired", 3)]
    expired = AnalyticsEvent.objects.get(name="hold_expired")
    assert (expired.cart_id, expired.variant_id, expired.value) == (line.cart_id, variant.pk, variant.price * 3)
    release_expired_holds()
    assert len(events()) == 2


def test_units_taken_from_a_run_out_hold_are_expired_too(guest: Owner, variant: ProductVariant) -> None:
    expire(held(guest, variant, 10))
    add_product_to_cart(None, variant.pk, 1, guest_token=uuid.uuid4())
    assert events() == [("add_to_cart", 10), ("hold_expired", 10), ("add_to_cart", 1)]


def test_a_live_hold_that_is_deleted_did_not_expire(guest: Owner, variant: ProductVariant) -> None:
    held(guest, variant, 2).delete()
    assert events() == [("add_to_cart", 2), ("remove_from_cart", 2)]


def test_keeping_is_an_event_of_each_line_that_was_kept(guest: Owner, variant: ProductVariant) -> None:
    end_soon(held(guest, variant, 2))
    extend_own_holds(owner=guest)
    assert events() == [("add_to_cart", 2), ("hold_kept", 2)]


def test_each_event_of_a_sweep_has_a_trace_of_its_own(guest: Owner, make_variant: MakeVariant) -> None:
    expire(*(held(guest, make_variant()) for _ in range(2)))
    release_expired_holds()
    expired = OutboxRow.objects.filter(payload__name="hold_expired")
    assert [row.payload["event_id"] for row in expired] == [str(row.event_id) for row in expired]
    assert len({row.event_id for row in expired}) == 2
