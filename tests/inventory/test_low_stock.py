"""Alerts follow free stock: one open alert a variant, opened at the line, closed clearly above it."""

import threading
from datetime import datetime

import pytest
from django.db import connection

from cart.audit import run_audit
from cart.owners import Owner
from cart.services import add_product_to_cart, release_expired_holds, remove_line
from core.locks import AdvisoryLock
from inventory.models import LowStockAlert, Product, ProductVariant, StockMovement
from inventory.services import move_stock, move_stock_in_bulk, refresh_alerts, save_variant
from inventory.services.bulk import Move
from inventory.signals import alert_changed
from outbox.drain import drain
from tests.conftest import MakeVariant
from tests.support.browsing import all_at_once
from tests.support.databases import somebody_waits
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def move(variant: ProductVariant, delta: int) -> None:
    move_stock(variant_id=variant.pk, delta=delta, kind=StockMovement.Kind.ADJUSTMENT, reason="Counted")
    drain("check_low_stock")


def alerts() -> list[tuple[str, bool]]:
    """Level of each alert and whether it is open, oldest first."""
    rows = LowStockAlert.objects.order_by("pk")
    return [(alert.level, alert.closed_at is None) for alert in rows]


def test_an_alert_opens_at_the_threshold_and_not_before(make_variant: MakeVariant) -> None:
    variant = make_variant(20, threshold=10)
    move(variant, -9)
    assert alerts() == []
    move(variant, -1)
    assert alerts() == [("low", True)]


def test_an_open_alert_changes_its_level_with_the_stock(make_variant: MakeVariant) -> None:
    variant = make_variant(10, threshold=10)
    move(variant, -10)
    assert alerts() == [("out", True)]
    move(variant, +1)
    assert alerts() == [("low", True)]


def test_an_alert_closes_only_clearly_above_the_threshold_and_then_opens_again(make_variant: MakeVariant) -> None:
    variant = make_variant(20, threshold=10)
    move(variant, -10)
    move(variant, +2)
    assert alerts() == [("low", True)]
    move(variant, +1)
    assert alerts() == [("low", False)]
    move(variant, -3)
    assert alerts() == [("low", False), ("low", True)]


def test_an_add_that_takes_stock_to_the_line_opens_an_alert(guest: Owner, make_variant: MakeVariant) -> None:
    variant = make_variant(20, threshold=10)
    add_product_to_cart(None, variant.pk, 10, guest_token=guest.guest_token)
    drain("check_low_stock")
    assert alerts() == [("low", True)]


def test_units_that_a_removed_line_gives_back_close_it(guest: Owner, make_variant: MakeVariant) -> None:
    variant = make_variant(20, threshold=10)
    cart = add_product_to_cart(None, variant.pk, 10, guest_token=guest.guest_token)
    drain("check_low_stock")
    remove_line(owner=guest, item_id=cart.items.get().pk)
    drain("check_low_stock")
    assert alerts() == [("low", False)]


def test_units_of_a_hold_that_ran_out_close_it(guest: Owner, make_variant: MakeVariant) -> None:
    variant = make_variant(20, threshold=10)
    cart = add_product_to_cart(None, variant.pk, 10, guest_token=guest.guest_token)
    drain("check_low_stock")
    cart.items.update(reserved_until="2020-01-01T00:00:00Z")
    assert release_expired_holds() == 1
    drain("check_low_stock")
    assert alerts() == [("low", False)]


def test_what_an_audit_corrects_opens_and_closes_it(make_variant: MakeVariant) -> None:
    variant = make_variant(20, threshold=10)
    drain("check_low_stock")
    ProductVariant.objects.filter(pk=variant.pk).update(stock_quantity=0, reserved_quantity=20)
    refresh_alerts(variant_ids=[variant.pk])
    assert alerts() == [("out", True)]
    run_audit(fix=True)
    drain("check_low_stock")
    assert alerts() == [("out", False)]


def test_what_a_file_moves_opens_and_closes_it(make_variant: MakeVariant) -> None:
    variant = make_variant(20, threshold=10)
    for delta in (-20, +20):
        move_stock_in_bulk(
            moves=[Move(variant.pk, delta, StockMovement.Kind.ADJUSTMENT, "Counted")], cause="a file", actor=None
        )
        drain("check_low_stock")
    assert alerts() == [("out", False)]


def test_a_higher_threshold_opens_it_and_a_lower_one_closes_it(make_variant: MakeVariant) -> None:
    variant = make_variant(20, threshold=10)
    drain("check_low_stock")
    for threshold in (20, 10):
        variant.low_stock_threshold = threshold
        save_variant(variant=variant, fields=["low_stock_threshold"])
        drain("check_low_stock")
    assert alerts() == [("low", False)]


def test_many_checks_at_once_open_one_alert(make_variant: MakeVariant) -> None:
    variant = make_variant(5, threshold=10)
    all_at_once(lambda _: refresh_and_close(variant), range(20))
    assert alerts() == [("low", True)]


def refresh_and_close(variant: ProductVariant) -> None:
    try:
        refresh_alerts(variant_ids=[variant.pk])
    finally:
        connection.close()


def test_a_check_reads_the_stock_after_it_has_the_lock(make_variant: MakeVariant) -> None:
    """A rival that holds the alert's lock while stock is sold out must be followed by one that sees it."""
    variant = make_variant(5, threshold=10)
    rival = threading.Thread(target=refresh_and_close, args=(variant,))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [AdvisoryLock.ALERTS, variant.pk])
        rival.start()
        wait_until(somebody_waits, "the rival waits for the lock")
        move_stock(variant_id=variant.pk, delta=-5, kind=StockMovement.Kind.ADJUSTMENT, reason="Counted")
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [AdvisoryLock.ALERTS, variant.pk])
    rival.join(30)
    assert alerts() == [("out", True)]


def test_each_change_of_an_alert_is_announced_with_what_it_has_become(make_variant: MakeVariant) -> None:
    heard: list[tuple[str, int, bool]] = []

    def listen(alert: LowStockAlert, **kwargs: object) -> None:
        heard.append((alert.state, alert.variant_id, isinstance(alert.changed_since, datetime)))

    alert_changed.connect(listen)
    try:
        variant = make_variant(6, threshold=5)
        for delta in (-1, -5, 2, 10, 1):  # at the threshold, none left, few again, plenty, and nothing to say any more
            move(variant, delta)
    finally:
        alert_changed.disconnect(listen)
    assert heard == [(state, variant.pk, True) for state in ("low", "out", "low", "closed")]


def test_a_product_that_is_not_listed_opens_no_alert(make_variant: MakeVariant) -> None:
    hidden, listed = make_variant(0), make_variant(0)
    Product.objects.filter(pk=hidden.product_id).update(is_listed=False)
    refresh_alerts(variant_ids=[hidden.pk, listed.pk])
    assert [alert.variant_id for alert in LowStockAlert.objects.all()] == [listed.pk]


def test_an_alert_of_a_product_that_is_listed_no_more_still_closes(make_variant: MakeVariant) -> None:
    variant = make_variant(0)
    refresh_alerts(variant_ids=[variant.pk])
    Product.objects.filter(pk=variant.product_id).update(is_listed=False)
    move(variant, +5)
    assert alerts() == [("out", False)]
